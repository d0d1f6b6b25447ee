// German: signing in by a provider, and setting one up.
export const words: Record<string, string> = {
  "Add group": "Gruppe hinzufügen",
  "Add provider": "Anbieter hinzufügen",
  "Beside mfa in amr.": "Neben mfa in amr.",
  "Claim of the groups": "Claim der Gruppen",
  "Client ID": "Client-ID",
  "Client secret": "Client-Geheimnis",
  "Continue with {label}": "Weiter mit {label}",
  "Copy the address": "Adresse kopieren",
  "Domains of emails": "Domains der E-Mail-Adressen",
  "Email of another domain": "E-Mail-Adresse einer anderen Domain",
  Group: "Gruppe",
  Groups: "Gruppen",
  "Is not a user here": "Hat hier kein Konto",
  Issuer: "Aussteller",
  "It answers, with {n} keys that can be used.": "Er antwortet, mit {n} brauchbaren Schlüsseln.",
  "It is never shown again.": "Es wird nie wieder gezeigt.",
  "Its address, as it calls itself, to the letter.": "Seine Adresse, wie er sich selbst nennt, Zeichen für Zeichen.",
  "Let everybody sign in by password, where there is a provider too":
    "Alle mit Passwort anmelden lassen, auch wo es einen Anbieter gibt",
  "Make users of people who are none yet": "Wer noch kein Konto hat, bekommt eines",
  "New provider": "Neuer Anbieter",
  "No group gives a role": "Keine Gruppe gibt eine Rolle",
  "No providers yet": "Noch keine Anbieter",
  "Nobody may sign in from where you are.": "Von hier aus darf sich niemand anmelden.",
  "None of your groups may come in here. Ask an administrator.":
    "Keine Ihrer Gruppen darf hier herein. Fragen Sie die Administration.",
  "Not used": "Nicht in Gebrauch",
  "On the button: Continue with …": "Auf der Schaltfläche: Weiter mit …",
  "Other ways to sign in": "Andere Wege zur Anmeldung",
  "People may sign in by it": "Man darf sich damit anmelden",
  "Provider {name}": "Anbieter {name}",
  "Redirect address, for the provider": "Rücksprungadresse, für den Anbieter",
  "Right password, where people come by a provider": "Richtiges Passwort, wo man über einen Anbieter kommt",
  "Role of those whom no group gives one": "Rolle für alle, denen keine Gruppe eine gibt",
  "Save provider": "Anbieter speichern",
  Scopes: "Scopes",
  "Sign out there too, where it has a page for it": "Auch dort abmelden, wo es eine Seite dafür gibt",
  "Sign-in providers": "Anmeldeanbieter",
  "Signing in did not work. Try again.": "Die Anmeldung ist fehlgeschlagen. Versuchen Sie es noch einmal.",
  "Such as acme.com. Empty lets any in.": "Etwa acme.com. Leer lässt alle herein.",
  "Such as groups, or realm_access.roles.": "Etwa groups oder realm_access.roles.",
  "Such as Keycloak, Google or Microsoft Entra. Until there is one, people sign in by password.":
    "Etwa Keycloak, Google oder Microsoft Entra. Bis es einen gibt, meldet man sich mit Passwort an.",
  "Take emails that it says nothing about as checked": "E-Mail-Adressen, über die er nichts sagt, gelten als bestätigt",
  Test: "Prüfen",
  "The user is another person there": "Das Konto gehört dort jemand anderem",
  "The answer was another provider's": "Die Antwort war die eines anderen Anbieters",
  "The provider could not be reached": "Der Anbieter war nicht erreichbar",
  "The provider could not be saved.": "Der Anbieter konnte nicht gespeichert werden.",
  "The provider does not answer as it should. Try again, or tell an administrator.":
    "Der Anbieter antwortet nicht, wie er soll. Versuchen Sie es noch einmal oder sagen Sie der Administration Bescheid.",
  "The provider does not tell your email. Tell an administrator.":
    "Der Anbieter nennt Ihre E-Mail-Adresse nicht. Sagen Sie der Administration Bescheid.",
  "The provider has not checked the email": "Der Anbieter hat die E-Mail-Adresse nicht bestätigt",
  "The provider has not checked your email. Confirm it there first.":
    "Der Anbieter hat Ihre E-Mail-Adresse nicht bestätigt. Bestätigen Sie sie zuerst dort.",
  "The provider said no": "Der Anbieter hat abgelehnt",
  "The provider tells no email": "Der Anbieter nennt keine E-Mail-Adresse",
  "The provider's word was not taken": "Dem Anbieter wurde nicht geglaubt",
  "The providers": "Die Anbieter",
  "There is no seat left for you. Ask an administrator.":
    "Für Sie ist kein Platz mehr frei. Fragen Sie die Administration.",
  "There is no such way to sign in here.": "Diesen Weg zur Anmeldung gibt es hier nicht.",
  "There is one. Type another to change it.": "Es gibt eines. Geben Sie ein anderes ein, um es zu ändern.",
  "This sign-in took too long, or was begun in another window. Begin again.":
    "Diese Anmeldung hat zu lange gedauert oder wurde in einem anderen Fenster begonnen. Beginnen Sie neu.",
  "Too many sign-ins from where you are. Try again later.":
    "Zu viele Anmeldungen von hier aus. Versuchen Sie es später noch einmal.",
  "Values of acr that mean a second factor": "Werte von acr, die einen zweiten Faktor bedeuten",
  "What came back could not be trusted. Try again, or tell an administrator.":
    "Der Antwort konnte nicht vertraut werden. Versuchen Sie es noch einmal oder sagen Sie der Administration Bescheid.",
  "What it says is not as it should be.": "Was er sagt, ist nicht, wie es sein soll.",
  "Where people are known already: with OpenID Connect they sign in there, and come in here.":
    "Wo man schon bekannt ist: Mit OpenID Connect meldet man sich dort an und kommt hier herein.",
  "Who comes in": "Wer hereinkommt",
  "Whoever is signed in by it is signed out. People stay.":
    "Wer damit angemeldet ist, wird abgemeldet. Die Personen bleiben.",
  "Without one they do not come in.": "Ohne eine kommen sie nicht herein.",
  "A short word in small letters; it stays.": "Ein kurzes Wort in Kleinbuchstaben; es bleibt.",
  "You are known. Now your second factor.": "Sie sind bekannt. Nun Ihr zweiter Faktor.",
  "You are not a user here yet. Ask an administrator.":
    "Sie haben hier noch kein Konto. Fragen Sie die Administration danach.",
  "You were not signed in there.": "Sie wurden dort nicht angemeldet.",
  "You are deactivated here.": "Ihr Konto hier ist deaktiviert.",
  "Your email belongs to another person here. Ask an administrator.":
    "Ihre E-Mail-Adresse gehört hier zum Konto einer anderen Person. Fragen Sie die Administration.",
  "Your email is of a domain that may not come in here.":
    "Ihre E-Mail-Adresse ist von einer Domain, die hier nicht hereindarf.",
};
