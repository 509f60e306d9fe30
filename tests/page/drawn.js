// How many pixels are drawn on the canvases inside the elements that a selector finds.
return [...document.querySelectorAll(`${arguments[0]} canvas`)].reduce((sum, canvas) => {
  if (!canvas.width || !canvas.height) return sum;
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  for (let index = 3; index < data.length; index += 4) sum += data[index] > 0;
  return sum;
}, 0);
