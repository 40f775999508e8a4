--- Common given names.  Two different names of this list belong to two people, however
-- similar they look ("Anna" and "Hanna"); a typing error rarely turns one into another.
-- Data only.
--
-- Source: compiled for this project from common usage, as `dedupe.nicknames`, whose
-- names are known as well.

local nicknames = require "extcontacts.dedupe.nicknames"

local given_names = {}

local NAMES = [[
aaron abel ada adele adelheid agata aidan aileen aisha alan alana albrecht alec aleksei alena alessia alexej alexia
alfonso alina alisa alissa allan allen alma alois alvin alyssa amal amalia amber amelia amelie amina amir amy ana
anders andrea andreea anette angelina angelo angus anika anja annabel annalena annette annika anouk ansgar antje
apollo april ariana ariane armin arne arno arnold arthur arvid ashley astrid athena aubrey audrey aurelia aurora ava
avery axel ayla bailey baptiste barry bartosz beate beau benedict benedikt benno bianca bjorn blake blanca bo
bodo boris brandon brenda brendan brent brian brianna brittany bronte brooke bruce bruno bryan bryce caitlin
callum camila camilla candice carina carla carlo carly carmen carolin carsten carter cecilia celia celine chad chantal
charlene chelsea chloe ciara claude claus clemens clement colette colin connor conrad cora corina corinna courtney
craig cristian cristina curtis dagmar daisy damian damien damon dana danica danilo danuta daphne daria darius darren
dawn dean delia denise desmond detlef diana diane diego dieter dina dirk dolores domenica dominique donna doreen
doris dorian duncan dustin dylan earl eberhard eckhard edith eileen eira elaine eleni elias elijah elin elina elio eliot
elke elli ellen elliot ellis elmar elodie elsie elvira emil emilie emilio emre enzo erika erin ernest ernst erwin
esme esther ethan ettore eugenia ewa fabian fabienne fabio faith fatima felicia felicity felix ferdinand
fernando finley finn
fiona flora florian franco franka freya frida gavin georgia gerda gianna gilbert giles gino giorgia giovanna
gisela glen glenn gloria gordon grace graeme graham grant greta guido gunnar gustav guy gwen hamish hamza hana
harley harriet
harrison harvey hasan hassan hayden hayley hazel heather hector heidi heike helga helge helmut hilda holger holly hope
horst hunter ian ibrahim ida ilona ilse imogen ines inga inge ingo ingrid ioana iris isla ismael ivo ivy jackson jade
jana jane janina janine jared jasmin jasmine jason jasper jayden jeanette jeanne jelena jens jesper jessie jill
joao jodie joel joerg jonas jordan jorg josefine joy joyce juana juergen juliana juliane julianna juliet
juliette june justin justine kai
kaitlin kaj karin karina karla karsten kasper kathrin katja kayla keith kelly kelsey kerstin kevin kiara kiera kieran
killian kirsten kirsty klaudia knut kurt kyle kylie lachlan lana lara larissa lauren lea leah leila leon leona
leonie leroy
levi lewis lia lilli linda lindsay lionel lisa logan lois lola loretta lorena lorraine lothar lotta luc luca
lucian luciana luis luisa luka
luna lydia lyn lynn mabel mackenzie madison maja malcolm malik mandy manfred mara marcel marcela marcella margit
mariam marian mariana marianne marie marina mario marisa marius marko marlene marlies marlon marsha martina marvin
mason mathew maya meike meinhard melina melinda mercedes merle mia mila milan milena miles milo mina mirja
mirko mohan moira molly monique morgan moritz mustafa mya myles nadia nadine nadja naomi natascha neil nelly
nelson nevio
nigel nikita nils nina noah noel noemi nolan nora norbert noreen norma norman odette ole olivier omar otto owen paige
paolo paris pascal patrizia pedro peggy percy perry petra pia piper quentin quinn rainer ralf ralph ramona rana
raoul raul
reece reinhard renata renee rhys riley roberta robin rocco rolf roman romina ronja rory rosalie roswitha ross rowan
roy ruby ruth ryan sabine sabrina salma salvatore santiago sascha saskia scarlett scott sean selina selma serena
shane shannon shaun shawn sheryl shirley sidonie siegfried silke silvio simone sina sinead skye sofie soren
stacey stefania stella sten
stina summer svea sven svenja swen sybille tabea talia tania tara tarek taylor teagan thea thelma thilo thora
thorsten tiffany till
tilda tilo tina todd toni torsten tracy travis trent trevor tristan tyler udo ulrike uma ute uwe valentin valeria
vera vivian viviane volker wade waltraud wayne werner wesley willow wilma winifred winston wladyslaw xenia yannick yara
yasmin yolanda yusuf yves yvette yvonne zara zoe zofia
]]

local known = {}
for name in NAMES:gmatch "%S+" do
  known[name] = true
end

--- Whether a name is a common given name.
---@param name string in lower case without marks
---@return boolean
function given_names.has(name)
  return known[name] == true or nicknames.rows_of[name] ~= nil
end

return given_names
