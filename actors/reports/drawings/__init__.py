"""Plots of a history: matplotlib's, fit for print, and a page of HTML that holds them and the figures."""
