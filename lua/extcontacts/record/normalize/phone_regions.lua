--- Country codes, prefixes and number lengths by region (ISO 3166): facts of the
-- national numbering plans, from the metadata of libphonenumber (Apache License
-- 2.0).  docs/generate/phone_regions.lua writes the rows.  Data only.

local regions = {}

--- Where the data are from: the package, its version and its date.
regions.source = "libphonenumber-js 1.13.16, 2026-11-10"

-- Region; country code; national prefix ("-": none, "0/8": either, "?": it depends
-- on the number, "?8": and numbers may start with it); international prefix ("-":
-- several); the lengths of a number after the country code.
local ROWS = [[
AC 247 - 00 5-6; AD 376 - 00 6,8-9; AE 971 0 00 5-12; AF 93 0 00 9; AG 1 1 011 10; AI 1 1 011 10; AL 355 0 00 6-9;
AM 374 0 00 8; AO 244 - 00 9; AR 54 ? 00 10-11; AS 1 1 011 10; AT 43 0 00 4-13; AU 61 0 0011 6-10,12;
AW 297 - 00 7; AX 358 0 00 5-12; AZ 994 0 00 9; BA 387 0 00 8-9; BB 1 1 011 10; BD 880 0 00 6-10; BE 32 0 00 8-9;
BF 226 - 00 8; BG 359 0 00 6-9,12; BH 973 - 00 8; BI 257 - 00 8; BJ 229 - 00 10; BL 590 0 00 9; BM 1 1 011 10;
BN 673 - 00 7; BO 591 0 0011 8-9; BQ 599 - 00 7; BR 55 0 - 8-11; BS 1 1 011 10; BT 975 - 00 7-8;
BW 267 - 00 7-8,10; BY 375 ?8 810 6-11; BZ 501 - 00 7,11; CA 1 1 011 7,10; CC 61 0 0011 6-10,12; CD 243 0 00 7-10;
CF 236 - 00 8; CG 242 - 00 9; CH 41 0 00 9; CI 225 - 00 10; CK 682 - 00 5; CL 56 - 00 9-11; CM 237 - 00 8-9;
CN 86 0 00 7-12; CO 57 ? 009 8,10-11; CR 506 - 00 8,10; CU 53 0 119 6-8,10; CV 238 - - 7; CW 599 - 00 7-8;
CX 61 0 0011 6-10,12; CY 357 - 00 8; CZ 420 - 00 9; DE 49 0 00 5-13; DJ 253 - 00 8; DK 45 - 00 8; DM 1 1 011 10;
DO 1 1 011 10; DZ 213 0 00 8-9; EC 593 0 00 8-11; EE 372 - 00 7-8,10; EG 20 0 00 8-10; EH 212 0 00 9;
ER 291 0 00 7; ES 34 - 00 9; ET 251 0 00 9; FI 358 0 00 5-12; FJ 679 - 00 7,11; FK 500 - 00 5; FM 691 - 00 7;
FO 298 - 00 6; FR 33 0 00 9; GA 241 - 00 7-8; GB 44 0 00 7,9-10; GD 1 1 011 10; GE 995 0 00 9; GF 594 0 00 9;
GG 44 0 00 7,9-10; GH 233 0 00 8-9; GI 350 - 00 8; GL 299 - 00 6; GM 220 - 00 7,9; GN 224 - 00 8-9; GP 590 0 00 9;
GQ 240 - 00 9; GR 30 - 00 10-12; GT 502 - 00 8,11; GU 1 1 011 10; GW 245 - 00 7,9; GY 592 - 001 7;
HK 852 - 001 5-9,11; HN 504 - 00 8,11; HR 385 0 00 7-9; HT 509 - 00 8; HU 36 06 00 8-9; ID 62 0 009 7-13;
IE 353 0 00 7-10; IL 972 0 00 7-12; IM 44 0 00 10; IN 91 0 00 8-13; IO 246 - 00 7; IQ 964 0 00 8-10;
IR 98 0 00 4-7,10; IS 354 - 00 7,9; IT 39 - 00 6-12; JE 44 0 00 10; JM 1 1 011 10; JO 962 0 00 8-9;
JP 81 0 010 8-13; KE 254 0 000 7-10; KG 996 0 00 9-10; KH 855 0 001 8-10; KI 686 0 00 5,8; KM 269 - 00 7;
KN 1 1 011 10; KP 850 0 00 8,10; KR 82 ? 001 5-6,8-13; KW 965 - 00 7-8; KY 1 1 011 10; KZ 7 8 810 10,14;
LA 856 0 00 8-10; LB 961 0 00 7-8; LC 1 1 011 10; LI 423 0 00 7,9; LK 94 0 00 9; LR 231 0 00 7-9; LS 266 - 00 8;
LT 370 0/8 00 8; LU 352 - 00 4-11; LV 371 - 00 8; LY 218 0 00 9; MA 212 0 00 9; MC 377 0 00 8-9; MD 373 0 00 8;
ME 382 0 00 8-9; MF 590 0 00 9; MG 261 0 00 9; MH 692 1 011 7; MK 389 0 00 8; ML 223 - 00 8; MM 95 0 00 6-10;
MN 976 0 001 8-10; MO 853 - 00 7-8; MP 1 1 011 10; MQ 596 0 00 9; MR 222 - 00 8; MS 1 1 011 10; MT 356 - 00 8;
MU 230 - 00 7-8,10; MV 960 - 00 7,10; MW 265 0 00 7,9; MX 52 - 00 10; MY 60 0 00 8-10; MZ 258 - 00 8-9;
NA 264 0 00 8-9; NC 687 - 00 6; NE 227 - 00 8; NF 672 - 00 6; NG 234 0 009 10-12; NI 505 - 00 8; NL 31 0 00 5-11;
NO 47 - 00 5,8; NP 977 0 00 8,10-11; NR 674 - 00 7; NU 683 - 00 4,7; NZ 64 0 00 5-10; OM 968 - 00 7-9;
PA 507 - 00 7-8,10-11; PE 51 0 00 8-9; PF 689 - 00 6,8-9; PG 675 - 00 7-8; PH 63 0 00 6,8-13; PK 92 0 00 8-12;
PL 48 - 00 7,9-10; PM 508 0 00 6,9; PR 1 1 011 10; PS 970 0 00 8-10; PT 351 - 00 9; PW 680 - 011 7;
PY 595 0 00 6-11; QA 974 - 00 7-9,11; RE 262 0 00 9; RO 40 0 00 6,9; RS 381 0 00 6-12; RU 7 8 810 10,14;
RW 250 0 00 8-9; SA 966 0 00 9-10; SB 677 - 00 5,7; SC 248 - 00 7; SD 249 0 00 9; SE 46 0 00 6-10;
SG 65 - 011 8,10-11; SH 290 - 00 4-5; SI 386 0 00 5-8; SJ 47 - 00 5,8; SK 421 0 00 6-7,9; SL 232 0 00 8;
SM 378 - 00 8,10; SN 221 - 00 9; SO 252 0 00 6-9; SR 597 - 00 6-7; SS 211 0 00 9; ST 239 - 00 7;
SV 503 - 00 7-8,11; SX 1 1 011 10; SY 963 0 00 8-9; SZ 268 - 00 8-9; TA 290 - 00 4; TC 1 1 011 10; TD 235 - 00 8;
TG 228 - 00 8; TH 66 0 001 8-10,13; TJ 992 - 810 9; TK 690 - 00 4-7; TL 670 - 00 7-8; TM 993 8 810 8;
TN 216 - 00 8; TO 676 - 00 5,7; TR 90 0 00 7,10,12-13; TT 1 1 011 10; TV 688 - 00 5-7; TW 886 0 009 7-11;
TZ 255 0 000 9; UA 380 0 00 9-10; UG 256 0 000 9; US 1 1 011 10; UY 598 0 00 4-12; UZ 998 - 00 9; VA 39 - 00 6-11;
VC 1 1 011 10; VE 58 0 00 10; VG 1 1 011 10; VI 1 1 011 10; VN 84 0 00 7-10; VU 678 - 00 5,7; WF 681 - 00 6,9;
WS 685 - - 5-7,10; XK 383 0 00 8-12; YE 967 0 00 7-9; YT 262 0 00 9; ZA 27 0 00 5-10; ZM 260 0 00 9;
ZW 263 0 00 7,9-10
]]

---@class extcontacts.record.normalize.Region
---@field name string
---@field code string country code, `49`
---@field prefixes string[]|nil national prefixes; nil if they depend on the number
---@field idd string|nil international prefix
---@field lengths table<integer, boolean> digits after the country code
---@field longest integer

---@type table<string, extcontacts.record.normalize.Region>
regions.by_name = {}
--- By country code: the lengths of its regions, and their national prefixes, which
-- people write after the country code by mistake.
---@class extcontacts.record.normalize.CountryCode
---@field lengths table<integer, boolean>
---@field prefixes string[]|nil nil if the regions differ, or the prefixes depend on the number
---@field uncertain string|nil a national prefix with which numbers may start
---@type table<string, extcontacts.record.normalize.CountryCode>
regions.by_code = {}
--- The international prefixes.
---@type table<string, boolean>
regions.idds = {}

--- The country codes without a national prefix whose numbers may start with 0, as in
-- Italy.
---@type table<string, boolean>
regions.leading_zero = {}
for code in ("39 47 225 226 227 229 241 242 247 267 378 501 507 676 679 687 853 992"):gmatch "%d+" do
  regions.leading_zero[code] = true
end

--- Numbers as an earlier numbering plan had them, by country code.  They are not
-- converted: today's number is for the owner to state.
---@class extcontacts.record.normalize.OldForm
---@field pattern string of the digits after the country code
---@field reason string
---@type table<string, extcontacts.record.normalize.OldForm[]>
regions.old_forms = {
  ["225"] = { { pattern = "^%d%d%d%d%d%d%d%d$",
    reason = "an old form: numbers in Côte d'Ivoire have 10 digits since 2021-01-31" } },
  ["229"] = { { pattern = "^%d%d%d%d%d%d%d%d$",
    reason = "an old form: numbers in Benin have 10 digits since 2024-11-30 and start with 01" } },
  ["52"] = { { pattern = "^1%d%d%d%d%d%d%d%d%d%d$",
    reason = "an old form: mobile numbers in Mexico have no 1 after the country code since 2019" } },
}

--- What longer short numbers start with: those of services, seven digits long.
---@type table<string, string>
regions.services = { HK = "^1", IT = "^[124567]", PG = "^1" }

--- Numbers of today that libphonenumber knows only since they were introduced: by
-- country code, one that exists.
---@type table<string, string>
regions.introduced = { ["229"] = "+2290195123456" }

--- The country codes of regions without a national prefix.
---@type table<string, boolean>
regions.without_prefix = {}

-- The lengths as a set, and the longest.
local function lengths_of(text, all)
  local out, longest = {}, 0
  for from, to in text:gmatch "(%d+)%-?(%d*)" do
    for length = tonumber(from), tonumber(to) or tonumber(from) do
      out[length], all[length], longest = true, true, length
    end
  end
  return out, longest
end

-- One table for all regions with the same national prefixes.
local known_prefixes = { ["?"] = false, ["?8"] = false, ["-"] = {} }

local function prefixes_of(text)
  local prefixes = known_prefixes[text]
  if prefixes == nil then
    prefixes = {}
    for prefix in text:gmatch "%d+" do
      prefixes[#prefixes + 1] = prefix
    end
    known_prefixes[text] = prefixes
  end
  return prefixes or nil
end

for name, code, prefix, idd, lengths in ROWS:gmatch "(%u%u) (%d+) (%S+) (%S+) ([%d,-]+)" do
  local prefixes = prefixes_of(prefix)
  local shared = regions.by_code[code] or { lengths = {}, prefixes = prefixes }
  regions.by_code[code] = shared
  shared.uncertain = prefix:match "^%?(%d)" or shared.uncertain
  if shared.prefixes ~= prefixes then
    shared.prefixes = nil
  end
  regions.without_prefix[code] = prefix == "-" or nil
  if idd ~= "-" then
    regions.idds[idd] = true
  end
  local set, longest = lengths_of(lengths, shared.lengths)
  regions.by_name[name] = {
    name = name,
    code = code,
    prefixes = prefixes,
    idd = idd ~= "-" and idd or nil,
    lengths = set,
    longest = longest,
  }
end

return regions
