--- Numbering plans: the calling codes of all countries and, for some of them,
-- which numbers are plausible and how they are spaced.  Data only.

local numbering_plans = {}

-- Calling code=region, for the regions without a plan in PLANS.
local CODES = [[
20=EG 27=ZA 30=GR 36=HU 40=RO 51=PE 53=CU 54=AR 56=CL 57=CO 58=VE 60=MY 62=ID 63=PH 66=TH 82=KR 84=VN
86=CN 90=TR 92=PK 93=AF 94=LK 95=MM 98=IR 7=RU 211=SS 212=MA 213=DZ 216=TN 218=LY 220=GM 221=SN 222=MR
223=ML 224=GN 225=CI 226=BF 227=NE 228=TG 229=BJ 230=MU 231=LR 232=SL 233=GH 234=NG 235=TD 236=CF
237=CM 238=CV 239=ST 240=GQ 241=GA 242=CG 243=CD 244=AO 245=GW 246=IO 248=SC 249=SD 250=RW 251=ET
252=SO 253=DJ 254=KE 255=TZ 256=UG 257=BI 258=MZ 260=ZM 261=MG 262=RE 263=ZW 264=NA 265=MW 266=LS
267=BW 268=SZ 269=KM 290=SH 291=ER 297=AW 298=FO 299=GL 350=GI 352=LU 354=IS 355=AL 356=MT 357=CY
359=BG 370=LT 371=LV 372=EE 373=MD 374=AM 375=BY 376=AD 377=MC 378=SM 380=UA 381=RS 382=ME 383=XK
385=HR 386=SI 387=BA 389=MK 420=CZ 421=SK 423=LI 500=FK 501=BZ 502=GT 503=SV 504=HN 505=NI 506=CR
507=PA 508=PM 509=HT 590=GP 591=BO 592=GY 593=EC 594=GF 595=PY 596=MQ 597=SR 598=UY 599=CW 670=TL
672=NF 673=BN 674=NR 675=PG 676=TO 677=SB 678=VU 679=FJ 680=PW 681=WF 682=CK 683=NU 685=WS 686=KI
687=NC 688=TV 689=PF 690=TK 691=FM 692=MH 850=KP 852=HK 853=MO 855=KH 856=LA 880=BD 886=TW 960=MV
961=LB 962=JO 963=SY 964=IQ 965=KW 966=SA 967=YE 968=OM 970=PS 971=AE 972=IL 973=BH 974=QA 975=BT
976=MN 977=NP 992=TJ 993=TM 994=AZ 995=GE 996=KG 998=UZ
]]

-- Calling code, trunk prefix ("" for none), international prefix, shapes.  A
-- shape is a pattern for the first digits and the spacing, with X for a digit;
-- the first shape whose pattern and length match a number applies.
local PLANS = {
  US = { "1", "1", "011", "[2-9]%d%d[2-9] XXX-XXX-XXXX" },
  GB = { "44", "0", "00",
    "2[03489] XX XXXX XXXX; 7 XXXX XXXXXX; 1%d1 XXX XXX XXXX; 11%d XXX XXX XXXX; 1 XXXX XXXXXX;"
    .. "[389] XXX XXX XXXX" },
  DE = { "49", "0", "00",
    "1[567] XXX XXXXXXX; 15 XXXX XXXXXXX; 1[67] XXX XXXXXXXX; 30 XX XXXXXXXX; [48]9 XX XXXXXXXX; 40 XX XXXXXXXX;"
    .. "30 XX XXXXXX; 40 XX XXXXXXX; [2-9] XXX XXXXXX; [2-9] XXX XXXXXXX; [2-9] XXXX XXXXXX;"
    .. "[2-9] XXXX XXXXXXX" },
  FR = { "33", "0", "00", "[1-9] X XX XX XX XX" },
  ES = { "34", "", "00", "[6-9] XXX XX XX XX" },
  IT = { "39", "", "00",
    "3 XXX XXX XXXX; 3 XXX XXXXXX; 0[26] XX XXXX XXXX; 0[26] XX XXX XXXX; 0 XXX XXX XXXX; 0 XXX XXXXXX;"
    .. "0 XXXX XXXXXXX" },
  NL = { "31", "0", "00", "6 X XXXXXXXX; [12357][0-9] XX XXX XXXX; 4 XX XXX XXXX" },
  BE = { "32", "0", "00", "4 XXX XX XX XX; [2-9] X XXX XX XX; 1 XX XX XX XX" },
  SE = { "46", "0", "00", "7 XX XXX XX XX; 8 X XXX XX XX; 8 X XXX XXX XX; [1-69] XX XXX XX XX; [1-69] XX XX XX XX" },
  NO = { "47", "", "00", "[49] XXX XX XXX; [2-8] XX XX XX XX" },
  DK = { "45", "", "00", "[2-9] XX XX XX XX" },
  FI = { "358", "0", "00", "[45] XX XXXXXXX; [45] XX XXXXXXXX; 9 X XXXXXXX; [1-8] XX XXXXXXX" },
  PL = { "48", "", "00", "[5-8][0-9]%d XXX XXX XXX; [1-9] XX XXX XX XX" },
  CH = { "41", "0", "00", "[2-9] XX XXX XX XX" },
  AT = { "43", "0", "00",
    "1 X XXXXXXX; 6 XXX XXXXXX; 6 XXX XXXXXXX; 6 XXX XXXXXXXX;"
    .. "[2-7] XXX XXXXXX; [2-7] XXXX XXXXX" },
  IE = { "353", "0", "00", "8 XX XXX XXXX; 1 X XXX XXXX; [2-9] XX XXX XXXX" },
  PT = { "351", "", "00", "[29] XXX XXX XXX" },
  BR = { "55", "0", "00", "[1-9][1-9]9 XX XXXXX-XXXX; [1-9][1-9][2-5] XX XXXX-XXXX" },
  MX = { "52", "", "00", "55 XX XXXX XXXX; 33 XX XXXX XXXX; 81 XX XXXX XXXX; [2-9] XXX XXX XXXX" },
  IN = { "91", "0", "00", "[6-9] XXXXX XXXXX; [124]%d XX XXXX XXXX; [2-5] XXX XXX XXXX" },
  JP = { "81", "0", "010", "[789]0 XX-XXXX-XXXX; [36] X-XXXX-XXXX; [1-9] XX-XXX-XXXX" },
  AU = { "61", "0", "0011", "4 XXX XXX XXX; [2378] X XXXX XXXX; 1[38]00 XXXX XXX XXX" },
  NZ = { "64", "0", "00", "2 XX XXX XXXX; 2 XX XXX XXX; [3-9] X XXX XXXX" },
  SG = { "65", "", "000", "[3689] XXXX XXXX" },
}

--- Regions that share a plan's calling code: code → region → area codes.
numbering_plans.area_regions = {
  ["1"] = {
    CA = "204 226 236 249 250 263 289 306 343 354 365 367 368 382 387 403 416 418 428 431 437 438 450"
      .. " 468 474 506 514 519 548 579 581 584 587 604 613 639 647 672 683 705 709 742 753 778 780 782"
      .. " 807 819 825 867 873 879 902 905",
    PR = "787 939", DO = "809 829 849", JM = "658 876", BS = "242", BB = "246", TT = "868", BM = "441",
  },
}

---@class extcontacts.sandbox.Plan
---@field region string
---@field code string calling code
---@field trunk string national (trunk) prefix, "" for none
---@field idd string international prefix
---@field shapes { start: string, length: integer, groups: integer[], separators: string[] }[]

local function parse_shapes(text)
  local shapes = {}
  for entry in text:gmatch("[^;]+") do
    local start, spacing = entry:match("^%s*(%S+) (.+)$")
    local groups, separators = {}, {}
    local length = 0
    for run, separator in spacing:gmatch("(X+)([ %-]?)") do
      groups[#groups + 1] = #run
      separators[#separators + 1] = separator
      length = length + #run
    end
    shapes[#shapes + 1] = {
      start = "^" .. start,
      length = length,
      groups = groups,
      separators = separators,
    }
  end
  return shapes
end

--- Plans by region.
---@type table<string, extcontacts.sandbox.Plan>
numbering_plans.by_region = {}
--- Region by calling code; the main region where several share the code.
---@type table<string, string>
numbering_plans.region_of_code = {}

for region, row in pairs(PLANS) do
  numbering_plans.by_region[region] = {
    region = region, code = row[1], trunk = row[2], idd = row[3], shapes = parse_shapes(row[4]),
  }
  numbering_plans.region_of_code[row[1]] = region
end
for code, region in CODES:gmatch("(%d+)=(%u+)") do
  numbering_plans.region_of_code[code] = region
end
-- Canada shares the plan of the United States.
numbering_plans.by_region.CA = numbering_plans.by_region.US

return numbering_plans
