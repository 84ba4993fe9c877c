/* Keys and what they mean. Pure: the map of commands to keys comes from the server (review/key_map.py), one for all pages,
   so that a key means the same in the field viewer, the review and a second opinion. */

import { gettext } from "./words.js";

const WORDS = {
  " ": gettext("Space"),
  Delete: gettext("Del"),
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
};

/**
 * The name of a pressed key, as the server names it: "n", "Shift+ ", "Ctrl+z".
 * A sign that needs Shift on some keyboard ("?") is named by itself.
 */
export const keyOf = (event) => {
  const printable = event.key.length === 1 && event.key !== " ";
  const name = printable ? event.key.toLowerCase() : event.key;
  const sign = printable && event.key.toLowerCase() === event.key.toUpperCase();
  const ctrl = event.ctrlKey || event.metaKey ? "Ctrl+" : "";
  return `${ctrl}${event.altKey ? "Alt+" : ""}${event.shiftKey && !sign ? "Shift+" : ""}${name}`;
};

/** A key in words for people: "Shift + Space". */
export const nameKey = (key) =>
  key
    .split(/\+(?=.)/)
    .map((part) => WORDS[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join(" + ");

/** The commands of a map of commands to lists of keys, found by key and the other way round. */
export const createKeyMap = (map = {}) => {
  const byKey = new Map(Object.entries(map).flatMap(([command, keys]) => keys.map((key) => [key, command])));
  const keysOf = (command) => map[command] ?? [];
  return {
    map,
    keysOf,
    ownerOf: (key) => byKey.get(key),
    /* The first key of a command in words, "" where it has none */
    first: (command) => (keysOf(command).length ? nameKey(keysOf(command)[0]) : ""),
    commandOf(event) {
      const command = byKey.get(keyOf(event));
      const bare = !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey;
      /* On keyboards where digits need Shift, the key itself still is the digit */
      return command ?? (bare && /^Digit\d$/.test(event.code) ? byKey.get(event.code.slice(5)) : undefined);
    },
  };
};
