--- Names, companies, addresses and phone numbers by country, from which the
-- seeded records are generated.  Data only.
--
-- `phones`: cell numbers, then landline numbers; # is any digit, @ one from 2 to 9.
-- `cities`: name|state|postal code, where # is a digit and ? a letter.

local SOURCE = {
  US = {
    weight = 26,
    first = "James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara"
      .. " Richard Susan Joseph"
      .. " Jessica Thomas Sarah Karen Christopher Nancy Daniel Lisa Matthew Ashley Anthony Emily Mark Donna Steven",
    last = "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Wilson Anderson"
      .. " Thomas Taylor Moore Jackson Martin Lee Thompson White Harris Clark Lewis Robinson Walker O'Brien Young",
    cities = "Indianapolis|IN|462##;Austin|TX|787##;Portland|OR|972##;Columbus|OH|432##;"
      .. "Denver|CO|802##;Raleigh|NC|276##",
    streets = "Main St;Oak Ave;Maple Dr;Washington Blvd;Lincoln Ave;2nd St;Sunset Blvd",
    number_first = true,
    phones = "317555####/512555####/503555####/614555####/720555####;919555####/206555####/415555####/212555####",
    suffixes = "Inc;LLC;Corp;Co",
    branches = "Logistics;Software;Medical;Supply;Foods;Partners;Insurance",
    domain = "example.com",
  },
  GB = {
    weight = 12,
    first = "Oliver Amelia George Isla Harry Ava Noah Emily Jack Sophie Charlie Grace Alfie Lily"
      .. " Thomas Chloe Oscar Ruth",
    last = "Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Robinson Wright Thompson Evans Walker"
      .. " Hughes Edwards MacDonald Clarke Hall Green",
    cities = "London||SE# #??;Manchester||M# #??;Leeds||LS# #??;Bristol||BS# #??;Glasgow||G# #??;Cardiff||CF# #??",
    streets = "High Street;Station Road;Church Lane;Victoria Road;Mill Lane;Kings Road",
    number_first = true,
    phones = "7700######;207946####/161496####/1184960###/113496####",
    suffixes = "Ltd;plc;LLP",
    branches = "Haulage;Consulting;Foods;Engineering;Travel;Print",
    domain = "sample.example",
  },
  DE = {
    weight = 10,
    first = "Lukas Anna Leon Lena Finn Lea Jonas Hannah Jürgen Käthe Björn Sören Günther Ursula"
      .. " Wolfgang Petra Matthias"
      .. " Sabine Jörg Renate",
    last = "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch"
      .. " Bauer Richter Klein"
      .. " Wolf Schröder Neumann Krüger Weiß",
    cities = "Berlin||101##;Hamburg||203##;München||803##;Köln||506##;Frankfurt am Main||603##;Düsseldorf||402##",
    streets = "Hauptstraße;Bahnhofstraße;Gartenweg;Schillerstraße;Lindenallee;Am Markt",
    phones = "15#########/17########;30########/221######/89########/40########",
    suffixes = "GmbH;AG;KG;GmbH & Co. KG",
    branches = "Logistik;Maschinenbau;Versicherung;Technik;Handel;Druck",
    domain = "beispiel.example",
  },
  FR = {
    weight = 8,
    first = "Gabriel Emma Léo Jade Raphaël Louise Arthur Alice Louis Chloé Hélène François Élodie"
      .. " Benoît Zoé Jérôme Agnès",
    last = "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefèvre Michel Garcia"
      .. " Bertrand Roux Girard Lemaître Fournier",
    cities = "Paris||750##;Lyon||690##;Marseille||130##;Toulouse||310##;Nantes||440##;Lille||590##",
    streets = "rue de la Paix;avenue Victor Hugo;rue du Moulin;boulevard Voltaire;place de l'Église",
    number_first = true,
    phones = "6########/7########;1########/4########/5########",
    suffixes = "SA;SARL;SAS",
    branches = "Transports;Conseil;Assurances;Boulangeries;Énergie;Médias",
    domain = "exemple.example",
  },
  ES = {
    weight = 6,
    first = "Hugo Lucía Martín Sofía Lucas María Mateo Paula Leo Daniela José Carmen Ángel Begoña Íñigo Pilar",
    last = "García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez"
      .. " Ruiz Muñoz Álvarez"
      .. " Núñez Ibáñez",
    cities = "Madrid||280##;Barcelona||080##;Valencia||460##;Sevilla||410##;Bilbao||480##;Málaga||290##",
    streets = "Calle Mayor;Avenida de la Constitución;Calle Real;Paseo del Prado;Plaza de España",
    phones = "6########/7########;91#######/93#######/96#######",
    suffixes = "SA;SL",
    branches = "Transportes;Seguros;Alimentación;Servicios;Obras",
    domain = "ejemplo.example",
  },
  IT = {
    weight = 6,
    first = "Leonardo Sofia Francesco Giulia Lorenzo Aurora Alessandro Alice Niccolò Ginevra Andrea"
      .. " Chiara Marco Beatrice",
    last = "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti Fontana Costa"
      .. " D'Angelo",
    cities = "Roma|RM|001##;Milano|MI|201##;Napoli|NA|801##;Torino|TO|101##;Bologna|BO|401##;Firenze|FI|501##",
    streets = "Via Roma;Via Garibaldi;Corso Italia;Piazza Dante;Viale Europa",
    phones = "3#########;06########/02########/011#######",
    suffixes = "SpA;Srl",
    branches = "Trasporti;Alimentari;Assicurazioni;Costruzioni;Moda",
    domain = "esempio.example",
  },
  NL = {
    weight = 5,
    first = "Noah Emma Sem Julia Liam Mila Lucas Tess Daan Sophie Finn Zoë Joost Saskia Willem Anouk",
    last = "de Jong|Jansen|de Vries|van den Berg|Bakker|van Dijk|Visser|Smit|Meijer|de Boer|Mulder|de Groot|Bos|Vos",
    cities = "Amsterdam||10## ??;Rotterdam||30## ??;Utrecht||35## ??;Eindhoven||56## ??;Groningen||97## ??",
    streets = "Dorpsstraat;Kerkstraat;Molenweg;Stationsweg;Prinsengracht",
    phones = "6########;20#######/10#######/30#######",
    suffixes = "BV;NV",
    branches = "Logistiek;Verzekeringen;Bloemen;Advies;Scheepvaart",
    domain = "voorbeeld.example",
  },
  SE = {
    weight = 4,
    first = "William Alice Liam Maja Noah Vera Hugo Alma Åke Göran Björn Märta Östen Ylva Lars Kerstin",
    last = "Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson Lindström Åberg"
      .. " Öberg Sjögren",
    cities = "Stockholm||111 ##;Göteborg||411 ##;Malmö||211 ##;Uppsala||753 ##;Örebro||702 ##",
    streets = "Storgatan;Drottninggatan;Kungsgatan;Skolgatan;Ringvägen",
    phones = "70#######/73#######;8#######/31######",
    suffixes = "AB;HB",
    branches = "Åkeri;Försäkring;Skog;Bygg;Teknik",
    domain = "exempel.example",
  },
  PL = {
    weight = 4,
    first = "Antoni Zuzanna Jan Julia Aleksander Zofia Franciszek Hanna Łukasz Małgorzata Paweł"
      .. " Agnieszka Stanisław Bożena",
    last = "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański"
      .. " Woźniak Dąbrowski"
      .. " Kozłowski Jabłoński Mazur",
    cities = "Warszawa||00-###;Kraków||30-###;Łódź||90-###;Wrocław||50-###;Poznań||60-###;Gdańsk||80-###",
    streets = "ul. Długa;ul. Kościuszki;ul. Polna;al. Jerozolimskie;ul. Szkolna",
    phones = "501######/602######/793######;22#######/12#######",
    suffixes = "SA;Sp. z o.o.",
    branches = "Transport;Budownictwo;Ubezpieczenia;Meble;Handel",
    domain = "przyklad.example",
  },
  BR = {
    weight = 5,
    first = "Miguel Helena Arthur Alice Gael Laura Theo Maria João Antônia José Conceição Sebastião"
      .. " Luíza Caio Beatriz",
    last = "Silva Santos Oliveira Souza Rodrigues Ferreira Alves Pereira Lima Gomes Costa Ribeiro"
      .. " Araújo Gonçalves Brandão",
    cities = "São Paulo|SP|01###-###;Rio de Janeiro|RJ|20###-###;Belo Horizonte|MG|30###-###;Curitiba|PR|80###-###",
    streets = "Rua das Flores;Avenida Paulista;Rua XV de Novembro;Rua São José",
    phones = "119########/219########/319########;113#######/213#######",
    suffixes = "Ltda;SA",
    branches = "Transportes;Alimentos;Seguros;Energia;Construções",
    domain = "exemplo.example",
  },
  MX = {
    weight = 4,
    first = "Santiago Sofía Mateo Valentina Sebastián Regina Leonardo Camila Jesús Guadalupe José"
      .. " Ximena Raúl Verónica",
    last = "Hernández García Martínez López González Pérez Rodríguez Sánchez Ramírez Cruz Flores"
      .. " Peña Ordóñez",
    cities = "Ciudad de México|CDMX|06###;Guadalajara|JAL|44###;Monterrey|NL|64###;Puebla|PUE|72###",
    streets = "Avenida Reforma;Calle Hidalgo;Calle Morelos;Avenida Juárez",
    phones = "55@#######/33@#######;81@#######/222@######",
    suffixes = "SA de CV;SC",
    branches = "Transportes;Alimentos;Seguros;Construcciones",
    domain = "ejemplo-mx.example",
  },
  IN = {
    weight = 5,
    first = "Aarav Aanya Vivaan Diya Aditya Saanvi Arjun Priya Rohan Ananya Rahul Neha Sanjay Kavita Vikram Lakshmi",
    last = "Sharma Verma Gupta Singh Kumar Patel Reddy Nair Iyer Mehta Joshi Das Banerjee Chatterjee Rao",
    cities = "Mumbai|MH|400###;Delhi|DL|110###;Bengaluru|KA|560###;Chennai|TN|600###;Pune|MH|411###;Kolkata|WB|700###",
    streets = "MG Road;Station Road;Nehru Nagar;Park Street;Gandhi Marg",
    phones = "98########/97########/70########;22@#######/11@#######",
    suffixes = "Pvt Ltd;Ltd",
    branches = "Infotech;Textiles;Motors;Foods;Pharma",
    domain = "udaharan.example",
  },
  JP = {
    weight = 3,
    first = "Haruto Yui Sota Hina Yuto Aoi Ren Sakura Hiroshi Yoko Kenji Keiko 翔太 陽菜 健一 美咲",
    last = "Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Nakamura Kobayashi Kato 佐藤 鈴木 高橋 田中"
      .. " 渡辺",
    cities = "Tokyo|Tokyo|100-####;Osaka|Osaka|530-####;Nagoya|Aichi|450-####;Sapporo|Hokkaido|060-####",
    streets = "Marunouchi;Umeda;Sakae;Odori",
    number_first = true,
    phones = "90########/80########;3########/6########",
    suffixes = "KK;Co., Ltd.",
    branches = "Denki;Kogyo;Shoji;Seiyaku",
    domain = "rei.example",
  },
  AU = {
    weight = 4,
    first = "Oliver Charlotte Noah Amelia Jack Isla Leo Mia William Grace Angus Matilda Lachlan Sienna",
    last = "Smith Jones Williams Brown Wilson Taylor Nguyen Johnson Martin White Anderson Walker Ryan Kelly O'Connor",
    cities = "Sydney|NSW|20##;Melbourne|VIC|30##;Brisbane|QLD|40##;Perth|WA|60##;Adelaide|SA|50##",
    streets = "George St;Collins St;Queen St;Hay St;King William Rd",
    number_first = true,
    phones = "4########;2########/3########/7########",
    suffixes = "Pty Ltd;Ltd",
    branches = "Mining Services;Foods;Freight;Insurance;Trading",
    domain = "example.net",
  },
}

local countries = { list = {}, shared = {} }

countries.shared.titles = {
  "Manager", "Purchasing Manager", "Accountant", "Director", "Sales Representative", "Engineer", "Office Manager",
  "Head of IT", "Consultant", "Assistant", "CEO", "Customer Service Agent", "Owner", "Buyer",
}
countries.shared.salutations = { "Mr.", "Ms.", "Mrs.", "Dr.", "Prof." }
countries.shared.industries = {
  "Transportation", "Insurance", "Healthcare", "Retail", "Manufacturing", "Software", "Energy", "Education",
  "Banking", "Construction", "Food",
}
countries.shared.company_types = { "Customer", "Prospect", "Partner", "Supplier", "Competitor" }
countries.shared.notes = {
  "Called about the invoice, will call back on Monday.",
  "Prefers to be called in the morning.",
  "Asked for a new offer.\nSend it by e-mail.",
  "Moved to another office, the address is out of date.",
  "Complaint settled.",
  "VIP",
  "Does not want to be called any more!",
  "Says \"the parcel never came\" - check with the carrier.",
}
countries.shared.relationships = { "Account Manager", "Sales", "Support Engineer", "Billing Contact" }

local function split(text, separator)
  local parts = {}
  for part in (text .. separator):gmatch("(.-)" .. separator) do
    parts[#parts + 1] = part
  end
  return parts
end

local function parse(region, row)
  local cities = {}
  for index, city in ipairs(split(row.cities, ";")) do
    local name, state, postal = city:match("^(.-)|(.-)|(.*)$")
    cities[index] = { name = name, state = state ~= "" and state or nil, postal = postal }
  end
  local cell, landline = row.phones:match("^(.-);(.*)$")
  return {
    region = region,
    weight = row.weight,
    first = split(row.first, " "),
    last = split(row.last, row.last:find("|", 1, true) and "|" or " "),
    cities = cities,
    streets = split(row.streets, ";"),
    number_first = row.number_first,
    cell = split(cell, "/"),
    landline = split(landline, "/"),
    suffixes = split(row.suffixes, ";"),
    branches = split(row.branches, ";"),
    domain = row.domain,
  }
end

-- Each country occurs `weight` times, so that one random index selects it.
countries.weighted = {}
for _, region in ipairs { "US", "GB", "DE", "FR", "ES", "IT", "NL", "SE", "PL", "BR", "MX", "IN", "JP", "AU" } do
  local country = parse(region, SOURCE[region])
  countries.list[#countries.list + 1] = country
  for _ = 1, country.weight do
    countries.weighted[#countries.weighted + 1] = country
  end
end

return countries
