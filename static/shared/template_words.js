/* The sentences of a script, which the page brings along in the language of its person. */
import { locale } from "./words.js";

/** Of `<template data-words>` under `root`, whose elements are named by `data-word`: `say(name, {values})` fills in each `{value}`. */
export const wordsOf = (root) => {
  const said = new Map();
  for (const element of root.querySelector("template[data-words]").content.querySelectorAll("[data-word]")) {
    said.set(element.dataset.word, element.textContent.replace(/\s+/g, " ").trim());
  }
  return (name, values = {}) => said.get(name).replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
};

const inTheirLanguage = (options) => new Intl.NumberFormat(locale(), options);

/** A number of bytes as people read it. */
export const sizeOf = (bytes) => {
  const isSmall = bytes < 1048576;
  const unit = isSmall ? "kilobyte" : "megabyte";
  const value = isSmall ? Math.ceil(bytes / 1024) : bytes / 1048576;
  return inTheirLanguage({ style: "unit", unit, maximumFractionDigits: isSmall ? 0 : 1 }).format(value);
};

/** A share of one as whole percent, rounded down: 100 is only what is all there. */
export const percentOf = (share) => inTheirLanguage({ style: "percent" }).format(Math.floor(share * 100) / 100);
