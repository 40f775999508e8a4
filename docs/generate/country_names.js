// Writes record/normalize/country_translations.lua: the names of countries in
// European languages, from the Unicode CLDR (Unicode License V3) as Node.js has it:
//
//   node docs/generate/country_names.js
//
// English names are in country_names.lua, with what people write besides.

const { writeFileSync } = require("fs");

const LANGUAGES = ["de", "fr", "es", "it", "nl", "pt", "pl", "sv", "da", "nb", "fi", "cs", "hu", "ro", "tr"];
const MODULE = "lua/extcontacts/record/normalize/country_translations.lua";
const WIDTH = 118;
// Not countries: unions, outlying islands without people, codes for tests.
const SKIPPED = new Set(["AC", "AQ", "BV", "CP", "CQ", "DG", "EA", "EU", "EZ", "GS", "HM", "IC", "IO", "QO", "TA", "TF",
  "UM", "UN", "XA", "XB", "ZZ"]);
// The codes that ISO 3166 has withdrawn have the names of their successors.
const WITHDRAWN = new Set(["AN", "BU", "CS", "DD", "DY", "FX", "HV", "NH", "NQ", "NT", "PC", "PU", "PZ", "QU", "RH", "SU",
  "TP", "UK", "VD", "WK", "YD", "YU", "ZR", "FQ", "JT", "MI", "PU", "CT", "NQ"]);

const folded = (name) => name.toLowerCase().normalize("NFD").replace(/[^\p{L}]/gu, "");
const english = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });

const lines = [];
let line = "";
for (let code = 0; code < 26 * 26; code++) {
  const region = String.fromCharCode(65 + Math.floor(code / 26), 65 + (code % 26));
  if (SKIPPED.has(region) || WITHDRAWN.has(region) || !english.of(region)) continue;
  const seen = new Set([folded(english.of(region))]);
  const names = [];
  for (const language of LANGUAGES) {
    const name = new Intl.DisplayNames([language], { type: "region", fallback: "none" }).of(region);
    const key = name && folded(name);
    if (!key || seen.has(key)) continue;
    seen.add(key);
    names.push(name.replace(/[,;]/g, ""));
  }
  const words = names.length ? (region + " " + names.join(",") + ";").split(/(?<=[,;])/) : [];
  for (const word of words) {
    if (Buffer.byteLength(line) + Buffer.byteLength(word) > WIDTH) {
      lines.push(line);
      line = "";
    }
    line += word;
  }
}
lines.push(line);

writeFileSync(MODULE, `--- Names of countries in the languages of Europe besides English, from the Unicode
-- CLDR ${process.versions.cldr} (Unicode License V3).  docs/generate/country_names.js writes the rows.
-- Loaded on first use.  Data only.

--- By two letters: the names with commas between them.
return [[
${lines.join("\n")}
]]
`);
