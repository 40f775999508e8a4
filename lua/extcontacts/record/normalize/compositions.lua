--- Composed Latin, Greek and Cyrillic letters: facts of the Unicode Character
-- Database, version 14.0.0, up to U+1EFF.  Data only.

local texts = require "extcontacts.base.text"

local compositions = {}

-- The code point of a combining mark and its combining class; then pairs of a
-- letter and the letter composed with the mark.
local ROWS = [[
0300 230 AÀEÈIÌOÒUÙaàeèiìoòuùÜǛüǜNǸnǹЕЀИЍеѐиѝĒḔēḕŌṐōṑWẀwẁÂẦâầĂẰăằÊỀêềÔỒôồƠỜơờƯỪưừYỲyỳ
0301 230 AÁEÉIÍOÓUÚYÝaáeéiíoóuúyýCĆcćLĹlĺNŃnńRŔrŕSŚsśZŹzźÜǗüǘGǴgǵÅǺåǻÆǼæǽØǾøǿΑΆΕΈΗΉΙΊΟΌΥΎΩΏϊΐαάεέηήιίϋΰοόυύ
0301 230 ωώГЃКЌгѓкќÇḈçḉĒḖēḗÏḮïḯKḰkḱMḾmḿÕṌõṍŌṒōṓPṔpṕŨṸũṹWẂwẃÂẤâấĂẮăắÊẾêếÔỐôốƠỚơớƯỨưứ
0302 230 AÂEÊIÎOÔUÛaâeêiîoôuûCĈcĉGĜgĝHĤhĥJĴjĵSŜsŝWŴwŵYŶyŷZẐzẑẠẬạậẸỆẹệỌỘọộ
0303 230 AÃNÑOÕaãnñoõIĨiĩUŨuũVṼvṽÂẪâẫĂẴăẵEẼeẽÊỄêễÔỖôỗƠỠơỡƯỮưữYỸyỹ
0304 230 AĀaāEĒeēIĪiīOŌoōUŪuūÜǕüǖÄǞäǟȦǠȧǡÆǢæǣǪǬǫǭÖȪöȫÕȬõȭȮȰȯȱYȲyȳИӢиӣУӮуӯGḠgḡḶḸḷḹṚṜṛṝ
0306 230 AĂaăEĔeĕGĞgğIĬiĭOŎoŏUŬuŭУЎИЙийуўЖӁжӂАӐаӑЕӖеӗȨḜȩḝẠẶạặ
0307 230 CĊcċEĖeėGĠgġIİZŻzżAȦaȧOȮoȯBḂbḃDḊdḋFḞfḟHḢhḣMṀmṁNṄnṅPṖpṗRṘrṙSṠsṡŚṤśṥŠṦšṧṢṨṣṩTṪtṫWẆwẇXẊxẋYẎyẏ
0308 230 AÄEËIÏOÖUÜaäeëiïoöuüyÿYŸΙΪΥΫιϊυϋЕЁІЇеёіїАӒаӓӘӚәӛЖӜжӝЗӞзӟИӤиӥОӦоӧӨӪөӫЭӬэӭУӰуӱЧӴчӵЫӸыӹHḦhḧÕṎõṏŪṺūṻWẄ
0308 230 wẅXẌxẍtẗ
0309 230 AẢaảÂẨâẩĂẲăẳEẺeẻÊỂêểIỈiỉOỎoỏÔỔôổƠỞơởUỦuủƯỬưửYỶyỷ
030A 230 AÅaåUŮuůwẘyẙ
030B 230 OŐoőUŰuűУӲуӳ
030C 230 CČcčDĎdďEĚeěLĽlľNŇnňRŘrřSŠsšTŤtťZŽzžAǍaǎIǏiǐOǑoǒUǓuǔÜǙüǚGǦgǧKǨkǩƷǮʒǯjǰHȞhȟ
030F 230 AȀaȁEȄeȅIȈiȉOȌoȍRȐrȑUȔuȕѴѶѵѷ
0311 230 AȂaȃEȆeȇIȊiȋOȎoȏRȒrȓUȖuȗ
031B 216 OƠoơUƯuư
0323 220 BḄbḅDḌdḍHḤhḥKḲkḳLḶlḷMṂmṃNṆnṇRṚrṛSṢsṣTṬtṭVṾvṿWẈwẉZẒzẓAẠaạEẸeẹIỊiịOỌoọƠỢơợUỤuụƯỰưựYỴyỵ
0324 220 UṲuṳ
0325 220 AḀaḁ
0326 220 SȘsșTȚtț
0327 202 CÇcçGĢgģKĶkķLĻlļNŅnņRŖrŗSŞsşTŢtţEȨeȩDḐdḑHḨhḩ
0328 202 AĄaąEĘeęIĮiįUŲuųOǪoǫ
032D 220 DḒdḓEḘeḙLḼlḽNṊnṋTṰtṱUṶuṷ
032E 220 HḪhḫ
0330 220 EḚeḛIḬiḭUṴuṵ
0331 220 BḆbḇDḎdḏKḴkḵLḺlḻNṈnṉRṞrṟTṮtṯZẔzẕhẖ
]]

--- The composed letter, by letter followed by mark.
---@type table<string, string>
compositions.composed = {}
--- The letter and the mark, by composed letter.
---@type table<string, string[]>
compositions.parts = {}
--- The combining class of a mark, which orders the marks of a letter.
---@type table<string, integer>
compositions.class = {}

for code, class, pairs_of in ROWS:gmatch "(%x+) (%d+) (%S+)" do
  local mark = texts.char(tonumber(code, 16))
  compositions.class[mark] = tonumber(class)
  for letter, composed in pairs_of:gmatch "([%z\1-\127\194-\244][\128-\191]*)([\194-\244][\128-\191]+)" do
    compositions.composed[letter .. mark], compositions.parts[composed] = composed, { letter, mark }
  end
end

return compositions
