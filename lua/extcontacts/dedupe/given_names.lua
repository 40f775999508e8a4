--- Common given names.  Two different names of this list belong to two people, however
-- similar they look ("Anna" and "Hanna"); a typing error rarely turns one into another.
-- Data only.
--
-- Source: compiled for this project from common usage, as `dedupe.nicknames`, whose
-- names are known as well.

local nicknames = require "extcontacts.dedupe.nicknames"
local texts = require "extcontacts.base.text"

local given_names = {}

local NAMES = [[
aaron abby abdul abdullah abel abigail ada adam addison adela adele adelheid adriana agata agnes agnieszka ahmad ahmed
aicha aidan aiden aileen ailsa aimee aine ainsley aisha aitana akira alan alana alasdair alastair alba alberta albin
albrecht aldo alec alecia aled alejandro aleksandra aleksei alena alessandra alessandro alessia alexandre alexandria
alexej alexia alexis alfie alfonso alfred alicja alik alina alisa alisha alissa alistair aliya allan allegra allen
allison alma alois alva alvaro alvin alycia alyson alyssa amadeo amal amalia amalie amara amari amaya amber ambra
amelia amelie amina amir amira amit amita amrit amy ana anais anastasia anatoly anders andre andrea andreea andrej
andrew andy aneta anette angel angela angele angelica angelika angelina angelique angelo angie angus anika anil anita
anja anjali ann annabel annabella annabelle annalena anne annegret anneke anneliese annemarie annette annie annika
anouk ansel ansgar antje anton antonella antonia antonio anya apollo april archer aria ariadne ariana ariane arianna
ariel arjun arlette arlo armand armando armin arnaud arne arno arnold arran arthur arturo arun arvid arya asha asher
ashleigh ashley ashton asia astrid athanasios athena aubrey audra audrey august aurelia aurelie aurelio aurora austin
autumn ava avery axel ayaan ayden ayla aylin ayman ayse aziz azra bahar bailey baptiste barbora barnaby barry bartosz
basil bastian bea beate beatrice beatrix beatriz beau becca bela belinda bella bellamy ben benedict benedikt benita
benjamin benno benny bente berit bernadette bernard bernd bernice bernie bertha berthold bertram bess beth bethany
beverley beverly bianca birgit birgitta birte bjarne bjorn blair blaise blake blanca blessing bo bobby bodo bogdan
boguslaw bonita bonnie boris boyd bradley brady brandon branka branko breanna brenda brendan brendon brent brett brian
brianna brianne bridget bridie brigitta brigitte britta brittany brock brodie bronagh bronte bronwyn brooke brooklyn
bruce bruno bryan bryce brynn bryony burak byron cai caitlin caleb callum calum cameron camila camilla camille candace
candice caoimhe cara carey carina carl carla carlo carlos carlotta carly carmel carmela carmelo carmen carol carole
carolin carolina caroline carrie carson carsten carter cary casey casper cassandra cassidy catarina catherine cathleen
cathy cecile cecilia cecilie cedric celeste celia celina celine cem cesar chad chantal charis charlene charles charlie
charlotte chase chaya chelsea cheng cheryl cheyenne chiara chloe chris christa christel christian christiane christina
christine christoph christopher christy cian ciara cillian cindy clair claire clara clarence clarissa claude claudia
claudine claudio claus clay clayton clemens clement cleo clifford clint clive clyde cody coen colby cole colette colin
colleen concetta connor conny conrad constance constantin consuelo cooper cora coral coralie cordelia corey corina
corinna corinne cormac cornelia cornelius corrado cosimo courtney craig crispin cristian cristina cruz crystal curt
curtis cyril cyrus dagmar daisy dale dalia dalton damaris damian damien damla damon dana dane danica daniel daniela
daniele danielle danika danilo danny dante danuta daphne darcey darcy daria darina dario darius darko darlene darrell
darren darryl dave david davide davina dawid dawn daya deacon dean deb debora deborah debra declan dee deepak deirdre
delia delilah della delphine demetrius demi denis denise deniz dennis derek dermot derrick desiree desmond despina
destiny detlef devin devon diana diandra diane diarmuid dick diego dieter dietmar dietrich dilan dilara dimitra
dimitri dimitrios dina dinah dino diogo dirk ditte dolly dolores domenica dominic dominik dominika dominique don
donald donatella donato donna donovan dora doreen dorian dorina doris dorota dorothea dorothee dorothy dorte doug
douglas douwe drew duarte dulce duncan dusan dustin dusty dwayne dwight dylan eamon earl ebba eberhard ebony eckhard
eda eddie edgar edie edita edith edmond edmund edna edoardo eduard eduardo edward edwin edyta efe egon eileen eira
eirini eitan ekaterina ela elaine elayne eleanor elena eleni eleonora eleonore elfriede eli elias elif elijah elin
elina elio eliot elisa elisabeth elise elisha elissa eliza elizabeth elke ella elle ellen elli ellie elliot ellis
elmar elmira elodie eloise elsa elsbeth elsie elspeth elton elvira elvis emanuel emanuela emer emil emilia emiliano
emilie emilio emily emin emine emir emma emmanuel emmeline emmett emmy emre ender enid ennio enrico enrique enya enzo
eric erica erich erik erika erin ernest ernestine ernesto ernst errol ersin erwin esin esme esmeralda esteban estelle
esther estrella ethan etta ettore eugen eugene eugenia eugenie eva evan evangelia evelin evelina evelyn everett evie
ewa ewan ezra fabian fabiana fabienne fabio fabricio fabrizio faisal faith farah farid farida fatima fatma fay faye
federica federico fee felice felicia felicitas felicity felipe felix ferdinand fergal fergus ferhat fern fernanda
fernando ferran fidel fien filip filippo finbar finja finlay finley finn finnian fiona fiorella flavia flavio fleur
flo flora florence florent florentina florian florin flynn forrest frances francesca francesco francine francis
francisco franciszek franck franco francois franka franz franziska fraser fred freddie frederic frederick frederik
frederike freya frida friedrich fritz fulvia gabby gabriel gabriela gabriele gabriella gabrielle gael gaia gareth
garret garrett garry garth gary gaspar gaston gavin gemma gene genevieve geoff geoffrey george georges georgia
georgina gerald geraldine gerard gerda gerhard german gerrit gert gertrud gertrude ghislaine giacomo giada gian
gianluca gianna gianni gideon gil gilbert gilda giles gillian gina ginevra ginger ginny gino gioia giorgia giovanna
giovanni gisela gitte giuliana giulio giuseppe giuseppina gladys glen glenda glenn gloria godfrey goran gordon
gottfried grace graciela graeme graham grant graziella greg gregor gregory greta gretchen griffin griselda grzegorz
gudrun guido guilherme guillaume guillermo gulsen gunda gunnar gunter gunther gustav gustavo guy gwen gwendolyn
gwyneth hadi hadley hailey hakan hal haley halima halle hamid hamish hamza han hana hanna hannah hannelore hannes hans
harald hari hariklia harlan harley harlow harmony harold harper harri harriet harrison harry hartmut haruto harvey
hasan hashim hassan hattie hayat hayden hayley hazel heath heather hector hedda hedwig heidi heike heiko heiner
heinrich heinz helen helena helene helga helge helmut helmuth hendrik henk henning henri henrietta henriette henrik
henrique henry herbert herman hermann hermine herve hettie hilary hilda hildegard hilmar hjalmar holger holly homer
honor hope horst hortense hosea howard hubert hudson hugh hugo humphrey hunter husam huseyin hussein iago ian ibolya
ibrahim ida idris ignacio igor ikram ilaria ilayda ilias ilka ilker ilona ilse ilyas imani imelda imke imogen imran
inaya india indigo indira ines inga inge ingo ingrid inka inna ioana irena irene irina iris irma irmgard isaac isabel
isabela isabell isabella isabelle isadora isaiah isla ismael isobel israel istvan itziar ivan ivana ivanka ivo ivy
iwan iwona izabela jace jack jackie jackson jaclyn jacob jacopo jacqueline jacques jade jaden jago jaime jakob jakub
jamal james jamie jan jana jane janelle janet janice janie janina janine janna janne jannik janos janusz jared jarek
jaroslav jaroslaw jarrod jarvis jasmin jasmine jason jasper javier jay jaya jayce jayda jayden jayla jaylen jayson
jean jeanette jeanine jeanne jeannette jeannie jeff jeffrey jelena jemima jemma jen jenna jennie jennifer jenny jens
jeremiah jeremy jerome jerry jesper jess jessa jesse jessica jessie jessy jesus jethro jewel jianna jill jim jimena
jimmy jitka joachim joan joana joann joanna joanne joao joaquin job jocelyn jochen jodie jody joe joel joelle joerg
joey johan johana johanna johannes john johnny jola jolanda jolene jon jonah jonas jonathan jonna joost jordan jordana
jorg jorge jorgen jorja josef josefa josefina josefine joseph josephine josh joshua josiah josie jost josue jovana joy
joyce juan juana juanita jude judit judith judy juergen juha jule jules juli julia julian juliana juliane julianna
julie julien juliet juliette julio julius jun june jurgen justin justine jutta kaan kade kaden kai kaitlin kaitlyn
kaiya kaj kajsa kalle kamil kamila kane kara karel karen karim karima karin karina karl karla karlo karol karolina
karoline karsten kasia kaspar kasper kat katarina katarzyna kate katelyn katerina katharina katharine katherine
kathleen kathrin kathryn kathy katie katinka katja kato katrin katrina katrine katy kaya kayden kaye kayla kaylee
kayleigh kaylin keanu keegan keiko keira keisha keith kelan kellie kelly kelsey kelvin kemal ken kendall kendra kenji
kennedy kenneth kenny kent kenya kenza kerem keri kerry kerryn kerstin kevan kevin khadija khalid khalil kian kiara
kiera kieran kiki kilian killian kim kimberley kimberly kimi kingsley kip kira kiran kirk kirra kirsten kirstin kirsty
kit kitty kjell klara klaudia klaus knox knut kobe koby koen konrad konstantin konstantina korbinian kris krista
kristen kristian kristiane kristin kristina kristine kristof kristopher krystal krystyna krzysztof kuba kunal kurt
kurtis kyla kyle kylie kyra kyran lacey lachlan laetitia laila lajos lamar lana lance landon lani lara larissa larry
lars latoya laura laurel lauren laurence laurens laurent lauri laurie laurin lauritz lavinia lawrence layla lazar lea
leah leander leandra leandro leanne lee leen leif leigh leila leilani lena lene leni lennart lennon lenny lenora leo
leon leona leonard leonardo leonhard leonid leonidas leonie leonor leopold leroy les lesley leslie leticia letitia
levi lewis lex lexi lexie leyla lia liam liana lianne libby lidia lidija lieke lien liesbeth liesel lilian liliana
lilith lilli lillian lillie lilly lily lina linda lindsay linnea linus lionel lisa lisbeth lise lisette lissy liv
livia liz liza lizzie lloyd loane logan loic lois lola lonnie lore lorelei loren lorena lorenz lorenzo loretta lorna
lorne lorraine lothar lotta lottie lou louis louisa louise lourdes lovisa luana luc luca lucas lucia lucian luciana
luciano lucie lucien lucille lucinda lucio lucy ludger ludmila ludovic ludwig luigi luis luisa luise luka lukas lukasz
luke lulu luna lutz lydia lyn lynn lyra lyudmila maaike mabel maciej mackenzie macy maddie maddison maddox madelaine
madeleine madeline madison mads maeve magda magdalena maggie magnus mahmoud mai maik maike maira mairead maisie maite
maja makayla makenna malak malcolm malena malgorzata malia malik malin malina mallory malte malvina mamie manda
mandeep mandy manfred manolis manon manuel manuela manus mara marc marcel marcela marcelina marcella marcelo marcia
marcin marco marcos marcus mareike marek margaret margareta margarete margarita margaux marge margherita margie margit
margot margret marguerite mari maria mariah mariam marian mariana marianne mariano maribel maricel marie marieke
marielle marietta marija marijke marika marilyn marin marina mario marisa marit marita marius marjorie mark marketa
marko markus marla marlene marley marlies marlo marlon marsha marta martha marthe marti martin martina martine marty
marvin mary maryam mason mateo mateus mateusz mathew mathias mathieu mathilda mathilde mathis matilda matilde matt
matteo matthew matthias matthieu matthijs mattia matty maud maura maureen maurice mauricio maurits maurizio mauro max
maxim maxime maximilian maximiliane maxine may maya mckenna meera meg megan meghan mehdi mehmet mei meike meinhard
melania melanie melek melia melina melinda melisa melissa melita melody melvin meral mercedes mercy meredith merete
merike merle merve mette mhairi mia micaela micah michael michaela michal michalina michel michela michele michelle
mick mieke miguel mika mikael mikaela mikayla mike mikhail mikkel mikolaj mila milagros milan milda mildred milena
miles miley millicent millie milly milo milos mimi min mina mindy minna mira mirabel miranda mireille mirela miriam
mirja mirko miroslav miroslaw mirta misha mitch mitchell mitzi moa moataz mohamed mohammad mohammed mohan moira moises
molly monika monique montgomery montserrat mordechai morgan moritz morris moses muhammad muhammed murat muriel murray
mustafa mya myles myra myriam myrtle nabil nadezhda nadia nadin nadine nadir nadja nahla naim naima nancy nanette
naomi nasser natalia natalie natalija natan natascha natasha nate nathalie nathan nathaniel navin neal ned neha nehir
neil nele nelio nell nellie nelly nelson nena neo nerea nessa nestor neve nevio nia niall niamh nic nicholas nick
nicki nico nicola nicolai nicolas nicole nicoletta nicolette nicoline niels nigel nika niki nikita nikki niklas niko
nikola nikolaj nikolaos nikolas nikolaus nikos nila nils nima nimra nina nisha nissa nita noa noah noel noelia noelle
noemi nola nolan nona nora norah norbert noreen norma norman norris nour nuno nuria nyla oana oceane octavia octavio
odessa odette odin ofelia olaf olav ole oleg olena olga olimpia olive oliver olivia olivier ollie olof omar omari
ondrej oona ophelia ori oriana orla orlando orsolya orson oscar oskar osman oswald otis otmar ottilia ottilie otto
owen pablo paddy paige paloma pam pamela paola paolina paolo paris parker pascal pascale pat patrice patricia patricio
patrick patrik patrizia patti patty paul paula paulette paulina pauline paulo pavel pawel payton pearl pedro peer
peggy penelope penny per percy perry petar pete peter petra petrina petros petter peyton phil philip philipp philippa
philippe phillip phoebe phoenix phyllis pia pierre piet pieter pietro pilar pim pino piotr piper pippa polina polly
poppy precious primrose priscilla priya prudence przemyslaw quentin quincy quinn rachael rachel rachelle radek radka
radoslaw rafael rafaela rafal raffaele ragnar rahel rahul raimund raina rainer raj raja rajesh ralf ralph ram ramon
ramona rana randall randolph randy rania raoul raphael raphaela raquel rashid rasmus raul raven ravi ray raya raymond
rayna rayyan rebecca rebekah rebekka reece reggie regina reginald regis regula reiner reinhard reinhold remi remo remy
rena renata renate renato rene renee renzo reuben rex reza rhea rhett rhian rhiannon rhoda rhona rhonda rhys ria
ricardo riccardo richard rick ricky rico rik rikke riley rina rio rita river riya rob robbie robert roberta roberto
robin robyn rocco rocio rod roderick rodney rodolfo rodrigo rogan roger rohan roland rolando rolf romain roman romana
romeo romina romy ron ronald ronan ronja ronnie roosevelt rory rosa rosalia rosalie rosalind rosalyn rosanna rosario
rose roseanne rosemarie rosemary rosetta rosie rosina roslyn ross roswitha rowan rowena roxana roxanne roy royce ruben
ruby rudi rudolf rufus rupert russell ruta rutger ruth ruud ryan ryder sabina sabine sabri sabrina sadie sahra said
saira sal salih salim sally salma salome salvatore sam samantha sameer sami samina samir samira sammy samson samuel
samuele sana sandeep sander sandor sandra sandrine sandro sandy sanja sanjay sanna santiago santina sapphire sara
sarah sarina sascha saskia saul savanna savannah saverio sawyer scarlet scarlett scott seamus sean sebastian
sebastiano sebastien seema selene selim selina selma selwyn semra sepp seraphina serena serge sergei sergey sergio
seth severin shaina shakira shana shane shania shanice shannon sharon shaun shauna shawn shay shayla shea sheena
sheila shelby sheldon shelley shelly sheridan sherman sherri sherry sheryl shira shirley shiv shreya sian sibel sid
sidney sidonie siegfried siegrid siena sienna sierra sigmund signe sigrid sigrun silas silke silvana silvester silvia
silvie silvio sima simeon simon simona simone simran sina sinan sindy sinead sissel sixten sky skye skylar slava
slavica sloane slobodan sofie sol solange solveig sonia sonja sonny sonya sophia sophie soraya soren spencer spiros
stacey stan stanislav stanislaw stanley stavros stefan stefania stefanie stefano steffen steffi stelios stella sten
stephan stephanie stephen sterling steve steven stewart stig stijn stina storm stuart sue sufian summer sunita sunny
suri susan susana susann susanna susanne susie suzanne suzette svea sven svenja svetlana swen sybil sybille sydney
sylvain sylvester sylvia sylvie sylwia szymon tabatha tabea tabitha tadeusz taha tahlia taina tait tal talia talitha
tallulah tamara tamas tamika tammy tamsin tania tanisha tanja tanya tara tarek tariq tarja tarun tasha tatiana tatjana
tatum tatyana tavish tayla tayler taylor teagan ted teddy tegan temperance teo teodor terence teresa teri terrance
terrell terry tess tessa thaddeus thalia thea thelma theo theodor theodora theodore theresa therese theresia thibault
thierry thies thijs thilo thomas thor thora thorben thore thorsten thurston tia tiago tiana tiberius tibor tiernan
tiffany tiia tijana tilda till tilly tilo tim timo timothy tina tino tiziana tobias toby todd tom tomas tomasz tommaso
tommy toni tonia tonja tony tonya torben tore tori torsten tracey tracy travis trent tresa trevor tricia trina trinity
trish tristan tristram trixie troy trudy truman tuomas twyla tyler tyra tyrone tyson udo uffe ugo uli ulla ulrich
ulrike uma umberto umut una unai ursel ursula uschi uta ute uwe vaclav val valentin valentina valentine valeria
valerie valerio valery vanesa vanessa vasco vasili vasilis vassiliki vaughn velma vera verena verity veronica veronika
veronique vesna vic vicente vicki vicky victor victoria vidar viggo viktor viktoria vilma vince vincent vincenzo viola
violet violeta violetta virgil virginia virginie vishal vito vittoria vittorio vivek vivian viviane vivien vivienne
vlad vladimir vladislav vojtech volker wade waldemar walid wallace wally walter waltraud wanda warren wayan wayne
wenche wendel wendell wendy wenzel werner wesley whitney wiebke wieland wiktor wiktoria wilbur wilfred wilfried
wilhelm wilhelmina will willa willem willi william willie willis willow willy wilma wilson wim winifred winnie winona
winston wladyslaw wojciech wolf wolfgang woody wyatt xander xavier xenia xiomara yahya yair yana yann yannick yannis
yara yaroslav yasemin yasin yasmin yasmine yasser yelena yevgeny yiannis ylva ynez yoana yolanda yolande york yosef
youssef ysabel yuki yuliya yuri yusra yusuf yves yvette yvo yvonne zac zachariah zachary zack zahra zaid zain zainab
zak zane zara zayn zbigniew zdenek zdenka zeinab zelda zelma zena zenon zeynep zhanna zia zina zita zlata zlatko zoe
zoey zofia zoltan zora zoran zsofia zsuzsanna zulema zuzana zuzanna
]]

local known = texts.set(NAMES)

--- Whether a name is a common given name.
---@param name string in lower case without marks
---@return boolean
function given_names.has(name)
  return known[name] == true or nicknames.rows_of[name] ~= nil
end

return given_names
