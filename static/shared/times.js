/* Times in the zone of whoever looks, as the server writes them (hematovision/formats): no comma between day and time. */
import { locale } from "./words.js";

const day = new Intl.DateTimeFormat(locale(), { dateStyle: "medium" });
const clock = new Intl.DateTimeFormat(locale(), { timeStyle: "short" });
const clockWithSeconds = new Intl.DateTimeFormat(locale(), { timeStyle: "medium" });

export const inWords = {
  day: (date) => day.format(date),
  time: (date) => clock.format(date),
  minute: (date) => `${day.format(date)} ${clock.format(date)}`,
  second: (date) => `${day.format(date)} ${clockWithSeconds.format(date)}`,
};
