// German: apps, and what a workspace looks like.
export const words: Record<string, string> = {
  "Add at least one object.": "Fügen Sie mindestens ein Objekt hinzu.",
  "Add object": "Objekt hinzufügen",
  "App: {label}": "App: {label}",
  Apps: "Apps",
  Everything: "Alles",
  "First view": "Erste Ansicht",
  "Give it a name.": "Geben Sie ihr einen Namen.",
  "Label of {name}": "Bezeichnung von {name}",
  "New app": "Neue App",
  "No apps yet": "Noch keine Apps",
  "Nobody else": "Niemand sonst",
  "The app is on": "Die App ist eingeschaltet",
  "The apps": "Die Apps",
  "Until there is one, everybody finds every object that they may see.":
    "Bis es eine gibt, finden alle jedes Objekt, das sie sehen dürfen.",
  "View of {name}": "Ansicht von {name}",
  "What its navigation holds": "Was in der Navigation steht",
  "What people of one kind of work find in their navigation. They switch between the apps that are for them.":
    "Was Leute mit derselben Arbeit in der Navigation finden. Sie wechseln zwischen den Apps, die für sie sind.",
  "Who sees it": "Wer sie sieht",
  "Whoever has one of these roles. Its lines are shown to those who may see the records.":
    "Wer eine dieser Rollen hat. Ihre Zeilen sieht nur, wer die Einträge sehen darf.",
  app: "App",
  "the app": "die App",
  "A button": "Ein Knopf",
  "A text with": "Ein Text mit",
  "a link": "einem Verweis",
  Branding: "Erscheinungsbild",
  "Choose a colour": "Farbe wählen",
  "Choose a picture": "Bild wählen",
  Colour: "Farbe",
  Colours: "Farben",
  Logo: "Logo",
  "Its hue and strength are used; how light it is follows from the theme, so that everything stays readable.":
    "Ton und Kraft werden übernommen; wie hell sie ist, folgt aus dem Farbschema, damit alles lesbar bleibt.",
  "PNG, JPEG or WebP; large ones are made smaller. Best on a transparent ground.":
    "PNG, JPEG oder WebP; große werden verkleinert. Am besten auf durchsichtigem Grund.",
  "Saved the branding": "Erscheinungsbild gespeichert",
  "The branding": "Das Erscheinungsbild",
  "The link on its ground": "Der Verweis auf seinem Grund",
  "This file is no picture that can be read.": "Diese Datei ist kein lesbares Bild.",
  "What people see when they sign in and while they work. It holds for everybody in this workspace.":
    "Was alle sehen, wenn sie sich anmelden und arbeiten. Es gilt für diesen ganzen Arbeitsbereich.",
  "White on the button": "Weiß auf dem Knopf",
  "Without one, that of the workspace.": "Ohne einen eigenen gilt der des Arbeitsbereichs.",
  "Without one, {name}.": "Ohne einen eigenen gilt „{name}“.",
};
