/// What the columns of common CRM exports are called, in English, French, German and Spanish.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace crmkit::exchange::detail {

/// Where a column with one of these names goes.
struct HeaderNames {
    /// A field of the entity; "field.key" for a reference, which is looked up by its entity's
    /// title; "child:field" for a field of a record made along; "id" for a key of another system.
    std::string_view target;
    /// As header_words() makes them, with | between.
    std::string_view names;
};

// clang-format off
inline constexpr std::array header_names = std::to_array<HeaderNames>({
    {"first_name", "first name|first|given name|forename|prenom|vorname|nombre de pila|nombre"},
    {"last_name", "last name|last|surname|family name|nom de famille|nom|nachname|familienname|apellido|apellidos"},
    {"middle_name", "middle name|second prenom|deuxieme prenom|zweiter vorname|segundo nombre"},
    {"salutation", "salutation|prefix|civilite|anrede|tratamiento|saludo"},
    {"suffix", "suffix|namenszusatz|suffixe|sufijo"},
    {"nickname", "nickname|spitzname|surnom|apodo"},
    {"company_name", "company|company name|account name|organization|organization name|organisation|organisation name|firma|firmenname|unternehmen|societe|entreprise|empresa"},
    {"account.name", "account|account name|company|company name|organization|organization name|organisation|organisation name|customer|customer name|client|firma|firmenname|unternehmen|kunde|societe|entreprise|compte|empresa|cuenta|cliente"},
    {"parent_account.name", "parent account|parent|parent company|subsidiary of|mutterfirma|muttergesellschaft|ubergeordneter account|societe mere|maison mere|compte principal|empresa matriz|cuenta principal"},
    {"primary_contact.full_name", "contact|contact name|primary contact|kontakt|ansprechpartner|interlocuteur|contacto|contacto principal"},
    {"reports_to.full_name", "reports to|supervisor|vorgesetzter|superieur|superior"},
    {"owner.name", "owner|owner name|account owner|contact owner|opportunity owner|lead owner|deal owner|record owner|sales agent|sales rep|salesperson|assigned to|account manager|inhaber|besitzer|zustandig|verantwortlicher|zugewiesen an|proprietaire|responsable|commercial|propietario|asignado a|vendedor"},
    {"stage.name", "stage|deal stage|sales stage|pipeline stage|opportunity stage|phase|verkaufsphase|etape|phase de vente|etapa|fase"},
    {"product.name", "product|product name|main product|produkt|produit|producto"},
    {"campaign.name", "campaign|campaign name|kampagne|campagne|campana"},
    {"manager.name", "manager|leiter|vorgesetzter|chef|gerente|jefe"},
    {"team.name", "team|sales team|regional office|region|gruppe|equipe|equipo"},
    {"party.name", "account|account name|company|company name|contact|contact name|customer|customer name|client|buyer|party|firma|unternehmen|kunde|kontakt|kaufer|societe|entreprise|compte|acheteur|empresa|cuenta|cliente|contacto|comprador"},
    {"name", "name|account|account name|company|company name|organization|organization name|organisation|organisation name|opportunity|opportunity name|deal|deal name|product|product name|customer|customer name|user|user name|agent|sales agent|firma|firmenname|unternehmen|produkt|produktname|verkaufschance|kunde|nom|nom de l entreprise|raison sociale|societe|entreprise|produit|opportunite|affaire|nombre|razon social|empresa|cuenta|producto|oportunidad|cliente"},
    {"subject", "subject|topic|betreff|thema|objet|sujet|asunto|tema"},
    {"email", "email|e mail|mail|email address|e mail address|work email|business email|e mail adresse|mailadresse|courriel|adresse e mail|adresse email|adresse mail|correo|correo electronico|direccion de correo"},
    {"phone", "phone|phone number|telephone|tel|business phone|work phone|main phone|telefon|telefonnummer|tel nr|numero de telephone|telefono|numero de telefono"},
    {"fax", "fax|fax number|faxnummer|telecopie|telecopieur"},
    {"website", "website|web site|web|url|homepage|internet|webseite|site web|site internet|sitio web|pagina web"},
    {"job_title", "job title|title|position|role|job|funktion|berufsbezeichnung|stellung|fonction|poste|intitule du poste|cargo|puesto"},
    {"department", "department|abteilung|service|departement|departamento"},
    {"birth_date", "birth date|birthdate|birthday|date of birth|dob|geburtsdatum|geburtstag|date de naissance|ne le|fecha de nacimiento"},
    {"gender", "gender|sex|geschlecht|sexe|genre|sexo|genero"},
    {"language", "language|sprache|langue|idioma"},
    {"lead_source", "lead source|source|original source|quelle|leadquelle|herkunft|source du prospect|origine|origen|fuente"},
    {"industry", "industry|sector|branche|wirtschaftszweig|secteur|secteur d activite|activite|industria|ramo"},
    {"number_of_employees", "number of employees|employees|no of employees|headcount|company size|mitarbeiter|anzahl mitarbeiter|mitarbeiterzahl|beschaftigte|effectif|effectifs|nombre d employes|nombre de salaries|empleados|numero de empleados"},
    {"annual_revenue", "annual revenue|revenue|turnover|sales|umsatz|jahresumsatz|chiffre d affaires|ca|ingresos|ingresos anuales|facturacion"},
    {"year_established", "year established|year founded|founded|established|grundungsjahr|gegrundet|annee de creation|creation|ano de fundacion"},
    {"account_number", "account number|customer number|customer no|account no|kundennummer|kundennr|debitorennummer|numero de compte|numero client|code client|numero de cuenta|numero de cliente"},
    {"account_type", "account type|type|customer type|art|typ|kundentyp|type de compte|type de client|tipo|tipo de cuenta"},
    {"kind", "kind|type|art|typ|genre|tipo|clase"},
    {"rating", "rating|bewertung|evaluation|valoracion"},
    {"currency", "currency|wahrung|devise|monnaie|moneda|divisa"},
    {"description", "description|notes|note|comment|comments|remarks|beschreibung|bemerkung|bemerkungen|notiz|notizen|kommentar|commentaire|commentaires|remarques|descripcion|notas|comentario|comentarios|observaciones"},
    {"amount", "amount|value|deal value|deal amount|close value|opportunity amount|total|total amount|grand total|order total|invoice total|gesamtbetrag|summe|rechnungsbetrag|montant total|importe total|betrag|wert|volumen|montant|valeur|importe|monto|valor"},
    {"close_date", "close date|closing date|closed date|expected close date|expected closing date|abschlussdatum|voraussichtliches abschlussdatum|date de cloture|date de cloture prevue|fecha de cierre|fecha de cierre prevista"},
    {"at", "at|date|date and time|transaction date|order date|invoice date|purchase date|sale date|payment date|datum|bestelldatum|rechnungsdatum|kaufdatum|date de commande|date de facture|date d achat|fecha|fecha de pedido|fecha de factura|fecha de compra"},
    {"opened_on", "opened on|open date|engage date|start date|created date|create date|eroffnet am|beginn|date d ouverture|date de debut|fecha de apertura|fecha de inicio"},
    {"probability", "probability|win probability|wahrscheinlichkeit|abschlusswahrscheinlichkeit|probabilite|probabilidad"},
    {"lost_reason", "lost reason|loss reason|reason lost|verlustgrund|motif de perte|raison de la perte|motivo de perdida"},
    {"next_step", "next step|next steps|nachster schritt|prochaine etape|siguiente paso"},
    {"cost", "cost|total cost|kosten|cout|coste|costo"},
    {"channel", "channel|sales channel|kanal|vertriebskanal|canal|canal de vente|canal de venta"},
    {"payment_method", "payment method|payment type|paid by|zahlungsart|zahlungsweise|moyen de paiement|mode de paiement|metodo de pago|forma de pago"},
    {"product_number", "product number|product code|sku|item number|artikelnummer|produktnummer|reference|code produit|codigo de producto|referencia"},
    {"reference", "reference|order number|order no|invoice number|invoice no|receipt|receipt number|receipt no|bestellnummer|auftragsnummer|rechnungsnummer|belegnummer|referenz|numero de commande|numero de facture|numero de pedido|numero de factura|referencia"},
    {"category", "category|series|product category|product line|kategorie|warengruppe|produktgruppe|categorie|gamme|categoria|gama|familia"},
    {"list_price", "list price|price|sales price|unit price|retail price|preis|listenpreis|verkaufspreis|prix|prix unitaire|tarif|precio|precio de venta"},
    {"status", "status|lead status|state|statut|estado"},
    {"priority", "priority|prioritat|priorite|prioridad"},
    {"do_not_call", "do not call|no call|nicht anrufen|ne pas appeler|no llamar"},
    {"do_not_email", "do not email|email opt out|unsubscribed|keine e mails|ne pas envoyer d e mails|no enviar correos"},
    {"address:street", "street|address|address line 1|street address|mailing street|billing street|business street|strasse|anschrift|adresse|rue|calle|direccion|domicilio"},
    {"address:city", "city|town|mailing city|billing city|business city|ort|stadt|ville|commune|ciudad|localidad|poblacion"},
    {"address:postal_code", "postal code|zip|zip code|postcode|mailing zip postal code|billing zip postal code|business postal code|plz|postleitzahl|code postal|codigo postal|cp"},
    {"address:region", "state province|state|province|region|county|mailing state province|billing state province|bundesland|kanton|departement|provincia|estado provincia"},
    {"address:country", "country|country region|mailing country|billing country|business country|office location|land|pays|pais"},
    {"phone_number:number", "mobile|mobile phone|cell|cell phone|cellphone|handy|mobiltelefon|mobil|portable|mobile telephone|telephone portable|movil|celular|telefono movil"},
    {"email_address:address", "email 2|second email|other email|alternate email|private email|personal email|home email|zweite e mail|private e mail|deuxieme email|autre email|email personnel|segundo correo|correo personal"},
    {"id", "id|record id|external id|key|unique id|contact id|account id|company id|customer id|client id|organization id|organisation id|opportunity id|deal id|lead id|product id|user id|case id|ticket id|interaction id|activity id|transaction id|order id|invoice id|receipt id|sale id|purchase id|payment id|identifiant|kennung|identificador|clave"},
});

/// What else the records of an entity are called before "id"; the target is the entity.
inline constexpr std::array record_names = std::to_array<HeaderNames>({
    {"account", "company|customer|client|organization|organisation"},
    {"opportunity", "deal"},
    {"case", "ticket"},
    {"interaction", "activity"},
    {"transaction", "order|invoice|receipt|sale|purchase|payment"},
});
// clang-format on

/// A header as the names above are written: folded, in words, CamelCase taken apart.
std::string header_words(std::string_view header);

}  // namespace crmkit::exchange::detail
