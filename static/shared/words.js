/* Sentences of scripts in the language of the page. English is written where it is said; for another language the page
   brings a catalogue (deploy/languages.py makes it of locale/), and what is not in there is told in English.

   `gettext("Field {number} of {all}", { number, all })`, `ngettext("{count} cell", "{count} cells", count)`: between braces stand
   the names of what is put in. Both are called with the sentence itself: the catalogue is collected from the calls. */
const catalogue = globalThis.hematovisionWords ?? { plural: (count) => Number(count !== 1), sentences: {} };

const translated = (sentence) =>
  Object.hasOwn(catalogue.sentences, sentence) ? catalogue.sentences[sentence] : undefined;
const put = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (found, name) => values[name] ?? found);

export const gettext = (sentence, values = {}) => put(translated(sentence) ?? sentence, values);

export const ngettext = (one, many, count, values = {}) => {
  const forms = translated(one);
  const english = count === 1 ? one : many;
  return put(forms ? forms[catalogue.plural(count)] : english, { count, ...values });
};

/** The page's language for `Intl`: days before months in English, the digits of the page in every language. */
export const locale = () => {
  const lang = document.documentElement.lang || "en";
  return `${lang === "en" ? "en-GB" : lang}-u-nu-latn`;
};
