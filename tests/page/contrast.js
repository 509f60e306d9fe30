// Contrast of text to what lies behind it, for every piece of text: [ratio, text], the three worst.
const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
const rgba = (colour) => {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data];
};
const channel = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
const light = ([red, green, blue]) => 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
const behind = (node) => {
  for (; node; node = node.parentElement) {
    const ground = rgba(getComputedStyle(node).backgroundColor);
    if (ground[3] === 255) return ground;
  }
  return [255, 255, 255, 255];
};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const found = [];
while (walker.nextNode()) {
  const node = walker.currentNode.parentElement;
  const text = walker.currentNode.textContent.trim();
  const unseen = node.closest(".hearing-only, .skip, .chart, script, noscript");
  if (!text || unseen || !node.checkVisibility()) continue;
  const [more, less] = [light(rgba(getComputedStyle(node).color)), light(behind(node))].sort((one, two) => two - one);
  found.push([(more + 0.05) / (less + 0.05), text]);
}
return found.sort((one, two) => one[0] - two[0]).slice(0, 3);
