--- Cyrillic and Greek letters in Latin ones, and Latin letters that have no base
-- letter with a mark.  Pure.
--
-- Source: the romanizations BGN/PCGN 1947 (Russian) and 1965 (Ukrainian) and ELOT 743
-- (Greek), without their signs and without the rules for y before vowels.

local romanization = {}

local PAIRS = [[
а a б b в v г g ґ g д d е e ё e є ye ж zh з z и i і i ї i й y к k л l м m н n о o п p р r с s т t у u ў u ф f х
kh ц ts ч ch ш sh
щ shch ъ - ы y ь - э e ю yu я ya ђ dj ј j љ lj њ nj ћ c џ dz
α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y φ f χ ch ψ ps ω o
ß ss ł l ø o đ d ħ h ŧ t æ ae œ oe þ th ð d ı i ŋ n ə a
]]

-- By letter.
local latin = {}
for letter, text in PAIRS:gmatch "(%S+) (%S+)" do
  latin[letter] = text == "-" and "" or text
end

-- Letters that are also written as two.
local TWO = { ["ä"] = "ae", ["ö"] = "oe", ["ü"] = "ue", ["å"] = "aa", ["ø"] = "oe" }

local LETTER = "[\194-\244][\128-\191]+"

--- Writes a text in Latin letters; letters of other scripts stay.
---@param text string lower case, without marks
---@return string
function romanization.latin(text)
  return text:find(LETTER) and (text:gsub(LETTER, latin)) or text
end

--- Writes German and Scandinavian letters as two: "müller" as "mueller".
---@param text string lower case, composed
---@return string
function romanization.two_letters(text)
  return (text:gsub(LETTER, TWO))
end

return romanization
