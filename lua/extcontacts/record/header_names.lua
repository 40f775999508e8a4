--- The names of a contact's fields in the headers of spreadsheets: in English, German,
-- French and Spanish, and in the exports of Outlook, Google Contacts, Salesforce and
-- HubSpot.  Case, accents, blanks and punctuation do not matter.

return {
  --- Field → names, separated by vertical bars.
  fields = {
    firstName = [[First Name|Given Name|Forename|Vorname|Rufname|Prénom|Nombre de pila|Primer nombre|Nombres]],
    middleName = [[Middle Name|Additional Name|Zweiter Vorname|Weitere Vornamen|Deuxième prénom|Autres prénoms
      |Segundo nombre]],
    lastName = [[Last Name|Family Name|Surname|Nachname|Familienname|Zuname|Nom de famille|Apellido|Apellidos
      |Primer apellido]],
    salutation = [[Salutation|Anrede|Name Prefix|Namenspräfix|Civilité|Tratamiento|Saludo|Form of Address]],
    title = [[Job Title|Position|Berufsbezeichnung|Stellenbezeichnung|Berufliche Position|Funktion|Job|Fonction|Poste
      |Intitulé du poste|Titre du poste|Cargo|Puesto|Puesto de trabajo|Organization Title|Organization 1 - Title]],
    workPhone = [[Work Phone|Business Phone|Office Phone|Company Phone|Direct Phone|Phone|Phone Number|Telephone
      |Telephone Number|Work Phone Number|Telefon|Telefonnummer|Telefon geschäftlich|Telefon (geschäftlich)
      |Telefon dienstlich|Geschäftstelefon|Telefon Arbeit|Telefon Büro|Durchwahl|Téléphone|Numéro de téléphone
      |Téléphone professionnel|Téléphone bureau|Tél.|Tel.|Teléfono|Número de teléfono|Teléfono del trabajo
      |Teléfono de trabajo|Teléfono de la oficina|Rufnummer]],
    cellPhone = [[Cell Phone|Mobile|Mobile Phone|Mobile Number|Mobile Phone Number|Cell|Cell Number|Handy|Handynummer
      |Mobil|Mobiltelefon|Mobilnummer|Mobilfunk|Portable|Téléphone portable|Téléphone mobile|Tél. mobile|Móvil
      |Teléfono móvil|Celular|Número de móvil|Teléfono celular]],
    homePhone = [[Home Phone|Private Phone|Telefon privat|Telefon (privat)|Privattelefon|Téléphone personnel
      |Téléphone domicile|Téléphone (domicile)|Teléfono particular|Teléfono de casa|Teléfono personal]],
    otherPhone = [[Other Phone|Business Phone 2|Alternative Phone|Weiteres Telefon|Telefon (weitere)
      |Telefon geschäftlich 2|Telefon 2|Phone 2|Autre téléphone|Téléphone 2|Otro teléfono|Teléfono 2]],
    workEmail = [[Work Email|Business Email|Email|E-mail Address|Email Address|E-Mail-Adresse|Mail|Mailadresse
      |E-Mail geschäftlich|E-Mail (geschäftlich)|Geschäftliche E-Mail|Courriel|Adresse e-mail|Adresse électronique
      |Adresse de messagerie|Mél|E-mail professionnel|Correo|Correo electrónico|Dirección de correo electrónico
      |Correo del trabajo|Email 1|E-mail 1 - Value]],
    personalEmail = [[Personal Email|Private Email|Home Email|E-Mail privat|E-Mail (privat)|Private E-Mail
      |E-mail personnel|Courriel personnel|Correo personal|Correo electrónico personal|E-mail 2 Address
      |E-Mail 2: Adresse|E-mail 2 - Value|Email 2|E-Mail-Adresse 2]],
    otherEmail = [[Other Email|Additional Email|Weitere E-Mail|Autre e-mail|Autre courriel|Otro correo
      |Otro correo electrónico|E-mail 3 Address|E-Mail 3: Adresse|E-mail 3 - Value|Email 3|E-Mail-Adresse 3]],
    ["address.address1"] = [[Street|Street Address|Address|Address 1|Address Line 1|Business Street|Mailing Street
      |Work Street|Straße|Straße und Hausnummer|Straße Hausnummer|Straße Nr.|Straße geschäftlich|Anschrift|Adresse 1
      |Rue|Adresse|Adresse postale|Rue (bureau)|Calle|Dirección|Domicilio|Calle del trabajo|Address 1 - Street]],
    ["address.address2"] = [[Address 2|Address Line 2|Business Street 2|Adresszusatz|Adresse 2|Straße geschäftlich 2
      |Complément d'adresse|Dirección 2|Address 1 - Extended Address]],
    ["address.city"] = [[City|Town|Business City|Mailing City|Ort|Stadt|Wohnort|Ort geschäftlich|Ville
      |Ville (bureau)|Ciudad|Población|Localidad|Address 1 - City]],
    ["address.state"] = [[State|Province|Region|State/Region|State/Province|Business State|Mailing State
      |Mailing State/Province|Bundesland|Kanton|Region geschäftlich|Département|Région|Provincia|Estado
      |Comunidad autónoma|Address 1 - Region]],
    ["address.postalCode"] = [[Postal Code|Zip|Zip Code|Postcode|Business Postal Code|Mailing Zip|Mailing Postal Code
      |Mailing Zip/Postal Code|PLZ|Postleitzahl|Postleitzahl geschäftlich|Code postal|Código postal
      |Address 1 - Postal Code]],
    ["address.countryCode"] = [[Country|Country Code|Country/Region|Business Country|Business Country/Region
      |Mailing Country|Land|Ländercode|Land/Region geschäftlich|Staat|Pays|Pays/Région|País|País/Región
      |Address 1 - Country]],
    ["externalOrganization.name"] = [[Company|Company Name|Organization|Organisation|Organization Name
      |Organisation Name|Account|Account Name|Associated Company|Employer|Firma|Firmenname|Unternehmen|Arbeitgeber
      |Société|Entreprise|Nom de l'entreprise|Empresa|Compañía|Organización|Nombre de la empresa
      |Organization 1 - Name]],
    ["externalOrganization.externalId"] = [[Account ID|Company ID|Associated Company ID|Organization ID
      |Firmennummer|Firmen-ID]],
    externalId = [[External ID|Customer Number|Customer No.|Customer ID|Record ID|Record ID - Contact|Externe ID
      |Kundennummer|Kundennr.|Kunden-Nr.|Kunden-ID|Identifiant externe|Numéro client|Numéro de client|N° client
      |ID externo|Número de cliente]],
    id = [[Genesys ID|Genesys Contact ID|External Contact ID]],
    externalSystemUrl = [[External System URL|Record URL|Profile URL]],
    surveyOptOut = [[Survey Opt Out|No Surveys|Keine Umfragen|Refus des enquêtes|Sin encuestas]],
    ["twitterId.screenName"] = [[Twitter|Twitter Handle|Twitter Username]],
  },

  --- Names whose meaning depends on the other columns; `record.header_map` decides.
  dependent = {
    family = [[Name|Nom]],
    given = [[Nombre]],
    whole = [[Full Name|Display Name|File As|Contact Name|Vollständiger Name|Anzeigename|Kontaktname|Speichern unter
      |Nom complet|Nom d'affichage|Nombre completo|Nombre para mostrar]],
    title = [[Title|Titre|Título]],
    unclear = [[Titel]],
  },
}
