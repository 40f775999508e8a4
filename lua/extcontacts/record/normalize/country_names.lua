--- Countries: the two and three letters of ISO 3166-1 and English names; then other
-- names that people write.  Data only.

local country_names = {}

local ROWS = [[
AD AND Andorra; AE ARE United Arab Emirates; AF AFG Afghanistan; AG ATG Antigua & Barbuda; AI AIA Anguilla;
AL ALB Albania; AM ARM Armenia; AO AGO Angola; AQ ATA Antarctica; AR ARG Argentina; AS ASM; AT AUT Austria;
AU AUS Australia; AW ABW Aruba; AX ALA Åland Islands; AZ AZE Azerbaijan; BA BIH Bosnia & Herzegovina;
BB BRB Barbados; BD BGD Bangladesh; BE BEL Belgium; BF BFA Burkina Faso; BG BGR Bulgaria; BH BHR Bahrain;
BI BDI Burundi; BJ BEN Benin; BL BLM St Barthelemy; BM BMU Bermuda; BN BRN Brunei; BO BOL Bolivia;
BQ BES Caribbean NL; BR BRA Brazil; BS BHS Bahamas; BT BTN Bhutan; BV BVT Bouvet Island; BW BWA Botswana;
BY BLR Belarus; BZ BLZ Belize; CA CAN Canada; CC CCK; CD COD; CF CAF Central African Rep.; CG COG;
CH CHE Switzerland; CI CIV Côte d'Ivoire; CK COK Cook Islands; CL CHL Chile; CM CMR Cameroon; CN CHN China;
CO COL Colombia; CR CRI Costa Rica; CU CUB Cuba; CV CPV Cape Verde; CW CUW Curaçao; CX CXR Christmas Island;
CY CYP Cyprus; CZ CZE Czech Republic; DE DEU Germany; DJ DJI Djibouti; DK DNK Denmark; DM DMA Dominica;
DO DOM Dominican Republic; DZ DZA Algeria; EC ECU Ecuador; EE EST Estonia; EG EGY Egypt;
EH ESH Western Sahara; ER ERI Eritrea; ES ESP Spain; ET ETH Ethiopia; FI FIN Finland; FJ FJI Fiji;
FK FLK Falkland Islands; FM FSM Micronesia; FO FRO Faroe Islands; FR FRA France; GA GAB Gabon; GB GBR;
GD GRD Grenada; GE GEO; GF GUF French Guiana; GG GGY Guernsey; GH GHA Ghana; GI GIB Gibraltar;
GL GRL Greenland; GM GMB Gambia; GN GIN Guinea; GP GLP Guadeloupe; GQ GNQ Equatorial Guinea; GR GRC Greece;
GS SGS South Georgia & the South Sandwich Islands; GT GTM Guatemala; GU GUM Guam; GW GNB Guinea-Bissau;
GY GUY Guyana; HK HKG Hong Kong; HM HMD Heard Island & McDonald Islands; HN HND Honduras; HR HRV Croatia;
HT HTI Haiti; HU HUN Hungary; ID IDN Indonesia; IE IRL Ireland; IL ISR Israel; IM IMN Isle of Man;
IN IND India; IO IOT British Indian Ocean Territory; IQ IRQ Iraq; IR IRN Iran; IS ISL Iceland; IT ITA Italy;
JE JEY Jersey; JM JAM Jamaica; JO JOR Jordan; JP JPN Japan; KE KEN Kenya; KG KGZ Kyrgyzstan; KH KHM Cambodia;
KI KIR Kiribati; KM COM Comoros; KN KNA St Kitts & Nevis; KP PRK; KR KOR; KW KWT Kuwait;
KY CYM Cayman Islands; KZ KAZ Kazakhstan; LA LAO Laos; LB LBN Lebanon; LC LCA St Lucia; LI LIE Liechtenstein;
LK LKA Sri Lanka; LR LBR Liberia; LS LSO Lesotho; LT LTU Lithuania; LU LUX Luxembourg; LV LVA Latvia;
LY LBY Libya; MA MAR Morocco; MC MCO Monaco; MD MDA Moldova; ME MNE Montenegro; MF MAF; MG MDG Madagascar;
MH MHL Marshall Islands; MK MKD North Macedonia; ML MLI Mali; MM MMR Myanmar; MN MNG Mongolia; MO MAC Macau;
MP MNP Northern Mariana Islands; MQ MTQ Martinique; MR MRT Mauritania; MS MSR Montserrat; MT MLT Malta;
MU MUS Mauritius; MV MDV Maldives; MW MWI Malawi; MX MEX Mexico; MY MYS Malaysia; MZ MOZ Mozambique;
NA NAM Namibia; NC NCL New Caledonia; NE NER Niger; NF NFK Norfolk Island; NG NGA Nigeria; NI NIC Nicaragua;
NL NLD Netherlands; NO NOR Norway; NP NPL Nepal; NR NRU Nauru; NU NIU Niue; NZ NZL New Zealand; OM OMN Oman;
PA PAN Panama; PE PER Peru; PF PYF French Polynesia; PG PNG Papua New Guinea; PH PHL Philippines;
PK PAK Pakistan; PL POL Poland; PM SPM St Pierre & Miquelon; PN PCN Pitcairn; PR PRI Puerto Rico;
PS PSE Palestine; PT PRT Portugal; PW PLW Palau; PY PRY Paraguay; QA QAT Qatar; RE REU Réunion;
RO ROU Romania; RS SRB Serbia; RU RUS Russia; RW RWA Rwanda; SA SAU Saudi Arabia; SB SLB Solomon Islands;
SC SYC Seychelles; SD SDN Sudan; SE SWE Sweden; SG SGP Singapore; SH SHN St Helena; SI SVN Slovenia;
SJ SJM Svalbard & Jan Mayen; SK SVK Slovakia; SL SLE Sierra Leone; SM SMR San Marino; SN SEN Senegal;
SO SOM Somalia; SR SUR Suriname; SS SSD South Sudan; ST STP Sao Tome & Principe; SV SLV El Salvador; SX SXM;
SY SYR Syria; SZ SWZ Eswatini; TC TCA Turks & Caicos Is; TD TCD Chad; TF ATF French S. Terr.; TG TGO Togo;
TH THA Thailand; TJ TJK Tajikistan; TK TKL Tokelau; TL TLS East Timor; TM TKM Turkmenistan; TN TUN Tunisia;
TO TON Tonga; TR TUR Turkey; TT TTO Trinidad & Tobago; TV TUV Tuvalu; TW TWN Taiwan; TZ TZA Tanzania;
UA UKR Ukraine; UG UGA Uganda; UM UMI US minor outlying islands; US USA United States; UY URY Uruguay;
UZ UZB Uzbekistan; VA VAT Vatican City; VC VCT St Vincent; VE VEN Venezuela; VG VGB; VI VIR; VN VNM Vietnam;
VU VUT Vanuatu; WF WLF Wallis & Futuna; WS WSM; YE YEM Yemen; YT MYT Mayotte; ZA ZAF South Africa;
ZM ZMB Zambia; ZW ZWE Zimbabwe;
]]

-- Other names: English short forms and parts of countries, and names in the
-- languages of Europe.
local OTHERS = [[
AE UAE, Emirates, Vereinigte Arabische Emirate; AS American Samoa; AT Österreich, Oesterreich, Autriche; BA Bosnia,
Bosnien und Herzegowina; BE Belgien, Belgique, België, Belgie; BG Bulgarien; BR Brasil, Brasilien; CC Cocos Islands,
Keeling Islands; CD DR Congo, DRC, Democratic Republic of the Congo, Congo-Kinshasa; GE Republic of Georgia,
Sakartvelo, საქართველო; CG Republic of the Congo, Congo-Brazzaville; CH Schweiz, Suisse, Svizzera, Swiss; CI Ivory
Coast, Elfenbeinküste; CN PR China, VR China, PRC, People's Republic of China, 中国; TW Republic of China, ROC,
Chinese Taipei, Taiwan Province of China; CV Cabo Verde; CY Zypern; CZ Czechia, Czech Republic, Tschechien,
Tschechische Republik, Česko, Česká republika; DE BRD, FRG; DK Dänemark, Danmark; EE Estland, Eesti; ES Spanien,
España, Espagne; FI Finnland, Suomi; FR Frankreich, Francia; GB UK, Great Britain, Britain, United Kingdom, England,
Scotland, Wales, Northern Ireland, Großbritannien, Grande-Bretagne, Gran Bretaña, Gran Bretagna, Groot-Brittannië,
Grã-Bretanha, Angleterre, Inglaterra, Inghilterra, Engeland, Anglia, Schottland, Écosse, Escocia, Escócia, Scozia,
Schotland, Szkocja, Pays de Galles, Gales, Galles, Walia, Nordirland, Irlande du Nord, Irlanda del Norte, Irlanda
del Nord, Noord-Ierland, Irlanda do Norte, Irlandia Północna, Cymru; GR EL, Griechenland, Hellas, Ελλάδα; HK Hong
Kong SAR, Hongkong; JP 日本; HR Kroatien, Hrvatska; HU Ungarn, Magyarország; IE Irland, Éire, Republic of Ireland; IN
Indien; IS Island, Ísland; IT Italien, Italia, Italie; KP North Korea, Korea (North), Democratic People's Republic
of Korea, DPRK; KR South Korea, Republic of Korea, Korea (South), Republik Korea; LT Litauen, Lietuva; LU Luxemburg,
Lëtzebuerg; LV Lettland, Latvija; MF Saint Martin; MO Macao; MM Burma; MK Macedonia, Nordmazedonien; MX México,
Mexiko; NL Holland, Hollande, Holanda, Olanda, Holandia; NO Norwegen, Norge; NZ Neuseeland, Aotearoa; PL Polen,
Polska; RO Rumänien, România; RS Serbien, Srbija; RU Russian Federation, Russland, Россия; SE Schweden, Sverige; SA
KSA; SZ Swaziland; SI Slowenien, Slovenija; SK Slowakei, Slovensko; SX Sint Maarten; TR Türkei, Türkiye, Turkiye; UA
Ukraina, Україна; US USA, United States of America, Vereinigte Staaten von Amerika, États-Unis d'Amérique, Estados
Unidos de América, Stati Uniti d'America, Verenigde Staten van Amerika, Stany Zjednoczone Ameryki, EUA, EE.UU.,
EEUU; VA Vatican, Holy See; VG British Virgin Islands; VI US Virgin Islands; VN Viet Nam; WS Samoa; XK Kosovo; ZA
Südafrika
]]

--- The two letters, by name as it is written.
---@type table<string, string>
country_names.codes = {}

for row in ROWS:gmatch "%s*([^;]+);" do
  local code, long, name = row:match "^(%u%u) (%u%u%u) ?(.*)$"
  country_names.codes[code], country_names.codes[long] = code, code
  if name ~= "" then
    country_names.codes[name] = code
  end
end
for code, names in OTHERS:gmatch "%s*(%u%u)%s+([^;]+)" do
  country_names.codes[code] = code
  for name in names:gmatch "%s*([^,]+)" do
    country_names.codes[(name:gsub("%s+", " "):gsub(" $", ""))] = code
  end
end

return country_names
