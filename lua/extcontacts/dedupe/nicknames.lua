--- Given names that people use for one another.  Data only.
--
-- Source: compiled for this project from common usage in English, German, Dutch,
-- French, Spanish, Italian, Polish, Russian and Scandinavian; no list was copied.
-- A row has a formal name and its short and pet forms, or the forms of one name in
-- several languages.  Two names are equivalent if a row has both; a name may be in
-- several rows ("ed" is Edward or Edwin, who are not equivalent).  Names are in lower
-- case without marks, as `dedupe.names` folds them.

local nicknames = {}

local ROWS = [[
abigail abby abbie gail
abraham abe abram
adam adam adas
adrian ade
agnes aggie agnieszka
albert al bert bertie alberto
alejandro alex ale alexander alexandre alessandro
aleksander alexander aleksandr alex sasha olek alek
aleksandra alexandra sasha ola alex
alexander alex xander sandy alec al lex sascha
alexandra alex sandra lexi alexa sandy
alexis alex lexi
alfred al fred alf alfie alfredo
alice ali allie alicia
alison ali allie
amanda mandy manda
anastasia nastya stacy asya
andrew andy drew andre andreas andrei andrey andrzej andriy andres
angela angie angelika
anna ann anne annie anya ania anita
anneliese lisa anne liese
anthony tony ant antonio anton antoine antoni
antonia toni tonia
arthur art artie arturo artur
augustus gus augie augustin
barbara barb babs barbie basia
beatrice bea trixie beatrix beatriz
benjamin ben benny benji
bernard bernie bernhard bernardo
bradley brad
bridget biddy bridie brigitte birgit gitte
calvin cal
cameron cam
carl karl carlos charles
carol carrie caroline
caroline carrie carol caro lina
cassandra cass cassie sandra
catherine cathy cat kate katie kathy kitty katherine katharina katarina ekaterina yekaterina katya katarzyna kasia
charles charlie chuck chas chaz carlos karl carl
charlotte lottie charlie lotte
christian chris christiaan kristian
christina chris tina christine chrissy kristina
christine chris tina chrissy christina
christopher chris kit topher christoph christophe cristobal krzysztof krzys
clara klara claire
claudia claudie
clifford cliff
clinton clint
cornelius neil corny cornelis kees
cynthia cindy
daniel dan danny daniil
danielle dani
david dave davey dawid
deborah deb debbie debra
dennis denny denis
derek derrick rick
dmitry dima dmitri dmitrii dimitri mitya
dominic dom nick dominik domenico
donald don donnie donny
dorothy dot dottie dolly dorothea dora dorota
douglas doug
edmund ed ned ted eddie
edward ed eddie ned ted teddy eduardo edouard eduard
edwin ed eddie win
eleanor ellie nell nora elle ella
elena lena helena yelena
elizabeth liz beth betty lizzie eliza liza elisabeth bess betsy elsa lisa elise elsbeth sissi elzbieta ela isabel
emanuel manny manuel emmanuel
emily em emmy emilia
emma em emmy
erik eric erich
eugene gene eugen evgeny yevgeny zhenya
eve eva evie
evelyn evie eve
florence flo flossie
frances fran fanny francesca francoise franziska
francis frank fran francisco francesco francois franciszek franz
frank francis frankie franklin
franklin frank
frederick fred freddie freddy fritz friedrich federico frederic fryderyk
friedrich fritz fred
gabriel gabe gabby
gabriele gabi gaby gabriela gabrielle
gareth gary gaz
geoffrey geoff jeff jeffrey
george georgie georg jorge giorgio jerzy georgy georges georgiy giorgos jurgen
georgina georgie gina
gerald gerry jerry gerard
gerard gerry jerry gerhard gerardo
gertrude trudy gert trude
gregory greg gregor grigory grzegorz grisha
guillermo memo william
gunther gunter guenter guenther
hannah hanna
harold harry hal
heinrich heinz henry henri heiner hendrik enrique enrico henryk
helen nell helena helene
henry harry hank hal henri heinrich enrique
herbert herb bert bertie
howard howie
hubert hugh bert
hugh hugo hughie
ignacio nacho ignatius ignacy
irene rene irina ira
irina ira
isaac ike zac
isabella bella izzy isabel isabelle belle
ivan vanya john
jacob jake jakob jakub jack
jacqueline jackie jacqui
james jim jimmy jamie jem jimmie jaime
jan johannes johan janek john
janet jan
janice jan
jeffrey jeff geoffrey
jennifer jen jenny jenn
jeremy jerry jem
jerome jerry
jessica jess jessie
joan joanie
joanna jo joanne asia johanna
jochen joachim jo
johannes hans jan hannes johan john
john jack johnny jon johnnie juan jean giovanni johann jan ivan ioannis giannis sean
jonathan jon jonny john jonathon
jose pepe joseph josef
josef sepp jupp joseph jozef
joseph joe joey jos giuseppe jose josef yusuf jozef osip
josephine jo josie josephina
joshua josh
juan john juanito
judith judy jude
julia julie jules yulia julka
julian jules julien
julius jules julio
karen kaz
katherine kathy kate katie kat kay kit kitty catherine kathleen katharine katharina kathrin katrin
kathleen kathy kate katie
kenneth ken kenny
kimberly kim kimberley
konstantin kostya konstantinos kostas constantine
kristina kris tina christina
laura laurie lora
lawrence larry laurie lars lorenzo laurence laurent lorenz wawrzyniec
leonard len lenny leo leonardo leonhard
leopold leo poldi
leslie les
lillian lily lil lilian
louis lou louie luis luigi ludwig lewis
louise lou luisa luise
lucas luke luca lukas lukasz
lucy lucia lucie lucille
ludwig lutz louis
lukasz lukas luke lucas
magdalena lena magda maddie madeleine
malgorzata gosia margaret
manuel manny manolo manu emanuel
marcus mark marc marco markus marek marcos
margaret maggie meg peggy marge margie greta rita madge margarete margarita margot gretchen malgorzata marguerite daisy
maria mary marie maria mia
marilyn mary
marion mary
markus mark marcus marc
marta martha marthe
martin marty martijn marcin
mary molly polly mae mamie maria marie
mateusz matthew mat
matilda tilly mathilde mattie maud
matthew matt matty mateo matthias matteo matthieu mateusz matvey
matthias matt matze hias mathias
maureen mo
maurice mo maury moritz
max maximilian maxim maxwell
maxwell max
megan meg
melanie mel
melissa mel missy lissa
michael mike mick mickey mikey micky miguel michel mikhail misha michal michele mikael michiel mischa
michelle shelly chelle mich
mikhail misha michael mike
mildred millie
minna wilhelmina
miriam mimi
mitchell mitch
mohammed mohammad muhammad mohamed mo mehmet muhammed
monica mona monika
nancy nan
natalie nat natalia nathalie natasha natalya
natasha natalia tasha natalya
nathan nate nat nathaniel
nathaniel nate nat nathan
nicholas nick nicky nico nicolas nikolaus klaus nikolai nikolay nicola nikolaos mikolaj colin kolya niko
nicole nicky nikki
nikolai kolya nick nikolay nicholas
nikolaus klaus niko niklas
olga olya
oliver ollie olli
olivia liv livvy
oscar oskar ozzy
oswald oz ozzie
pamela pam
patricia pat patty tricia trish patsy
patrick pat paddy patricio patrik
paul pablo paolo pavel paulo pawel
paula paulina
pauline paula
pavel pasha paul
penelope penny
peter pete pedro pierre piotr petr pyotr pietro petros pjotr
philip phil pip felipe philippe philipp filip phillip
priscilla cilla
rachel rae rachael raquel
raphael rafe rafael rafal
raymond ray raimund ramon
rebecca becky becca rebekka
reginald reg reggie reinhold
regina gina
renate rena
richard rick rich dick ricky richie ricardo rik riccardo ryszard
rita margarita margaret
robert bob rob bobby robbie bert roberto rupert bobbie
roderick rod
rodney rod
roger rog ruediger
roland rolf orlando rollo
ronald ron ronnie ronny
rosemary rose rosie
rosa rose rosie
roxanne roxy
rudolf rudi rolf rudolph
russell russ
samantha sam sammy
samuel sam sammy
sandra sandy
sarah sally sara sadie
sebastian seb basti bastian
sergey serge sergio sergei serhiy seryozha
sharon shari
sheila shelly
sidney sid sydney
sigmund siggi
sigrid siri
simon si szymon simeon
sofia sophie sophia zofia sonja
solomon sol
sonja sonia sonya
spencer spence
stanislav stan stanislaw stas
stanley stan
stefanie steffi stephanie steffie
stephanie steph stefanie stephie
stephen steve steven stevie stefan stephan esteban etienne stefano szczepan steffen
stewart stu stuart
susan sue susie suzy suzanne susanne susanna zuzanna
susanne susi sanne suse
sylvia sylvie silvia
tamara tammy toma
tatiana tanya tania tatyana
tanya tania
terence terry terrence
teresa terry tess tessa theresa therese resi teresita
theodore ted teddy theo theodor fyodor fedor
therese resi tess teresa
thomas tom tommy tomas tomasz tommaso
timothy tim timmy timo timotheus
tobias toby tobi
ulrich uli ulli
ursula uschi ulla ursel
valentina val valya tina
valerie val
vanessa nessa
veronica ronnie vera nica veronika
victor vic viktor vittorio
victoria vicky vic tori viktoria vika
vincent vince vinnie vincenzo vinzenz
virginia ginny ginger
vladimir vova volodya vlad vladi volodymyr wladimir
walter walt wally walther
warren
wendy gwendolyn
wilhelm willi willy bill william helmut
wilhelmina mina minna wilma
william bill will billy willy liam willie wilhelm guillermo guillaume wilhelm guglielmo willem wim
wojciech wojtek
wolfgang wolf wolfi
xavier xavi javier javi
yuri yury yuriy iurii jurij
zachary zach zack zac
zbigniew zbyszek
]]

--- The rows of each name, as their numbers.
---@type table<string, integer[]>
nicknames.rows_of = {}

local number = 0
for row in ROWS:gmatch "[^\n]+" do
  number = number + 1
  local seen = {}
  for name in row:gmatch "%S+" do
    local rows = nicknames.rows_of[name] or {}
    rows[#rows + 1] = not seen[name] and number or nil
    nicknames.rows_of[name], seen[name] = rows, true
  end
end

return nicknames
