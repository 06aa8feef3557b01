# Deutsch. Dieselben Schlüssel mit denselben Variablen stehen in jedem Katalog.

## Wörter
app = Credits
loading = Einen Moment …
cancel = Abbrechen
close = Schließen
save = Speichern
example-amounts = `50`, `50,00`, `50 { $symbol }` oder `50 { $currency }`
sandbox-mark = :test_tube: Sandbox: Es fließt kein echtes Geld.
none = keine
on = ein
off = aus

## Hilfe
help-title = Was Credits kann
help-intro = Kommunikationsguthaben: im Voraus bezahlt, für die Telefonminuten dieses Workspace.
help-balance = was noch da ist und ob es reicht
help-history = jede Änderung, die neueste zuerst
help-add = Guthaben hinzufügen
help-recharge = bei niedrigem Stand von selbst aufladen
help-alerts = wann und wo gewarnt wird
help-tokens = eine Telefonanlage das Guthaben nutzen lassen
help-managers = wer etwas ändern darf
help-help = diese Liste
help-line = `/credits { $word }`  { $what }
help-roles = Alle hier dürfen das Guthaben sehen. Guthabenverwalter ändern etwas; wer den Workspace besitzt oder administriert, ernennt sie.

## Guthaben
balance-title = Guthaben: { $balance }
state-ready = :large_green_circle: Genug Guthaben
state-low = :large_yellow_circle: Niedrig: unter { $level }
state-exhausted = :red_circle: Aufgebraucht: Anrufe gehen weiter, bis auch der Überziehungsrahmen von { $overdraft } aufgebraucht ist. Fügen Sie Guthaben hinzu.
state-halted = :red_circle: Aufgebraucht: Neue Anrufe sind nicht erlaubt. Was trotzdem telefoniert wird, wird unter null abgebucht. Fügen Sie Guthaben hinzu.
state-empty = :white_circle: Noch kein Guthaben
held-line = Verfügbar: { $available }. Für laufende Anrufe reserviert: { $held }.
state-frozen = :lock: Gesperrt: Von diesem Konto wird nichts Neues bezahlt. Anrufe, die schon stattfanden, werden noch abgebucht.
state-closed = :lock: Geschlossen: Hier wird nichts mehr abgebucht oder gutgeschrieben.
stopped-line = :octagonal_sign: *{ $service }* ist angehalten: { $who }, { $when }. Neue Anrufe sind nicht erlaubt.
stopped-more = { $count ->
    [one] Ein weiterer Dienst ist angehalten.
   *[other] { $count } weitere Dienste sind angehalten.
}
recharge-line-off = Die automatische Aufladung ist aus.
recharge-line-on = Die automatische Aufladung fügt { $amount } hinzu, wenn das Guthaben unter { $below } sinkt, höchstens { $cap } im Monat.
recharge-line-open = Die automatische Aufladung fügt gerade { $amount } hinzu.
recharge-line-paused = :double_vertical_bar: Die automatische Aufladung ist angehalten: { $reason }.
wait-cool_down = :hourglass_flowing_sand: Eine Aufladung ist fällig, aber die Wartezeit nach der letzten ist noch nicht um. Nächste Aufladung möglich: { $when }.
wait-monthly_cap = :hourglass_flowing_sand: Eine Aufladung ist fällig, aber die Obergrenze von { $cap } im Monat ist erreicht. Nächste Aufladung möglich: { $when }.
wait-daily_limit = :hourglass_flowing_sand: Eine Aufladung ist fällig, aber die Grenze der Aufladungen am Tag ist erreicht. Nächste Aufladung möglich: { $when }.
alerts-line = Warnungen bei { $levels } in { $channel }.
alerts-line-none = Es sind keine Warnungen eingerichtet.
expiring-line = Als Nächstes verfallen { $amount }: { $when }.

waits-needs-action = :lock: Die Bank verlangt eine Bestätigung für die Aufladung von { $amount }.
waits-retrying = :hourglass_flowing_sand: Die Aufladung von { $amount } wurde abgelehnt. Nächster Versuch: { $when }.
waits-unavailable = :hourglass_flowing_sand: Die Aufladung von { $amount } wartet: Der Zahlungsanbieter nimmt gerade keine Anfragen an. Es wurde nichts abgebucht; ich versuche es weiter.
waits-unknown = :hourglass_flowing_sand: Die Aufladung von { $amount } wartet: Der Zahlungsanbieter antwortet nicht. Ich frage weiter nach; nichts wird doppelt abgebucht.
waits-asking = :hourglass_flowing_sand: Ich frage beim Zahlungsanbieter nach, was aus der Aufladung von { $amount } geworden ist.
waits-stuck = :rotating_light: Es ist nicht klar, ob die Aufladung von { $amount } abgebucht wurde. Jemand aus der Guthabenverwaltung muss beim Zahlungsanbieter nachsehen.
waits-not-credited = :rotating_light: Die Aufladung von { $amount } wurde abgebucht, aber ich kann sie nicht gutschreiben. Jemand aus der Guthabenverwaltung muss das klären.
waits-topup-needs-action = :lock: Die Bank verlangt eine Bestätigung für die Zahlung von { $amount }, die { $who } veranlasst hat.
waits-topup-unavailable = :hourglass_flowing_sand: Die Zahlung von { $amount }, die { $who } veranlasst hat, wartet: Der Zahlungsanbieter nimmt gerade keine Anfragen an. Es wurde nichts abgebucht; ich versuche es weiter.
waits-topup-unknown = :hourglass_flowing_sand: Die Zahlung von { $amount }, die { $who } veranlasst hat, wartet: Der Zahlungsanbieter antwortet nicht. Ich frage weiter nach; nichts wird doppelt abgebucht.
waits-topup-asking = :hourglass_flowing_sand: Ich frage beim Zahlungsanbieter nach, was aus der Zahlung von { $amount } geworden ist, die { $who } veranlasst hat.
waits-topup-stuck = :rotating_light: Es ist nicht klar, ob die Zahlung von { $amount }, die { $who } veranlasst hat, abgebucht wurde. Jemand aus der Guthabenverwaltung muss beim Zahlungsanbieter nachsehen.
waits-topup-not-credited = :rotating_light: Die Zahlung von { $amount }, die { $who } veranlasst hat, wurde abgebucht, aber ich kann sie nicht gutschreiben. Jemand aus der Guthabenverwaltung muss das klären.
waits-topup-more = { $count ->
    [one] Eine weitere Zahlung wartet.
   *[other] { $count } weitere Zahlungen warten.
}

## Schaltflächen
button-add = Guthaben hinzufügen
button-recharge = Automatische Aufladung
button-settings = Einstellungen ändern
button-alerts = Warnungen
button-history = Verlauf
button-retry = Jetzt erneut versuchen
button-resume = Fortsetzen
button-authenticate = Bei der Bank bestätigen
button-authenticated = Ich habe es bestätigt
button-ask = Beim Anbieter nachfragen
button-not-charged = Wurde nicht abgebucht
button-retry-webhook = Jetzt erneut versuchen
button-older = Ältere
button-newer = Neuere

## Guthaben hinzufügen
add-title = Guthaben hinzufügen
add-amount = Betrag
add-amount-hint = Von { $minimum } bis { $maximum }
placeholder-amount = 50,00
placeholder-below = 20,00
placeholder-cap = 200,00
add-method = Zahlungsoption
add-next = Weiter
add-confirm-title = Guthaben hinzufügen?
add-confirm = *{ $amount }* werden dem Guthaben hinzugefügt.
add-confirm-pays = Sie zahlen { $amount } mit { $method }.
add-cost = Sie zahlen { $amount }, nichts zusätzlich.
add-confirm-after = Danach beträgt das Guthaben { $after }.
add-submit = Zahlen und aufladen
add-requested = { $amount } werden von { $method } abgebucht. Ich melde hier, sobald der Betrag da ist.
add-repeated = Diese Zahlung lief schon; es wurde nichts doppelt abgebucht.
method-declines = wird abgelehnt
method-lost = als verloren gemeldet
method-late = antwortet spät
method-asks-the-bank = fragt die Bank

## Automatische Aufladung
recharge-title = Automatische Aufladung
recharge-switch = Automatische Aufladung
recharge-switch-on = Ein: bei niedrigem Stand von selbst aufladen
recharge-switch-off = Aus
recharge-amount = Aufladungsbetrag
recharge-amount-hint = Der Betrag je Aufladung, von { $minimum } bis { $maximum }
recharge-below = Wenn das Guthaben unter diesen Wert sinkt
recharge-below-hint = Das Guthaben beträgt jetzt { $balance }. Liegt es schon unter diesem Wert, wird beim Speichern sofort eine Aufladung abgebucht; ich frage vorher.
recharge-cap = Höchstens so viel im Kalendermonat
recharge-cap-hint = Ginge eine Aufladung darüber hinaus, unterbleibt sie, und ich sage es im Kanal
recharge-channel = Kanal für Warnungen und Bestätigungen
recharge-confirm-title = Jetzt aufladen?
recharge-confirm = Das Guthaben beträgt { $balance }, weniger als { $below }. Beim Speichern werden *jetzt* *{ $amount }* von { $method } abgebucht.
recharge-confirm-submit = Speichern und zahlen
recharge-saved = Gespeichert: Die automatische Aufladung fügt { $amount } hinzu, wenn das Guthaben unter { $below } sinkt, höchstens { $cap } im Monat.
recharge-saved-off = Gespeichert: Die automatische Aufladung ist aus.
recharge-saved-off-kept = Die Beträge bleiben gespeichert; abgebucht wird erst, wenn Sie sie einschalten.
recharge-saved-now = { $amount } werden jetzt abgebucht; die Bestätigung kommt in { $channel }.
retry-begun = Ich versuche es jetzt noch einmal. Wie es ausgeht, steht in { $channel }.
retry-begun-direct = Ich versuche es jetzt noch einmal. Wie es ausgeht, erfahren die Guthabenverwalter direkt.
retry-asking-bank = Ich frage bei der Bank nach …
retry-asking-provider = Ich frage beim Zahlungsanbieter nach …
not-charged-title = Sicher nicht abgebucht?
not-charged-text = Nur wenn Sie beim Zahlungsanbieter nachgesehen und keine Abbuchung gefunden haben. Ich lasse sie dort dann stornieren, damit später nichts abgebucht wird. Danach endet diese Zahlung endgültig, und die automatische Aufladung darf neu abbuchen.
not-charged-done = Vermerkt: Es wurde nichts abgebucht. Diese Zahlung ist beendet.
not-charged-asking = Ich lasse sie beim Zahlungsanbieter stornieren, damit später nichts abgebucht wird …
dealt-working = Daran wird gerade gearbeitet; `/credits guthaben` zeigt den Stand.
dealt-waiting = Diese Schaltfläche ist überholt: `/credits guthaben` zeigt, worauf die Zahlung wartet.
dealt-retrying = Diese Schaltfläche ist überholt: Die Zahlung wurde abgelehnt. Nächster Versuch: { $when }.
dealt-succeeded = Das ist schon erledigt: { $amount } sind eingegangen.
dealt-cancelled = Das ist schon erledigt: Die Zahlung von { $amount } wurde beendet, und es wurde nichts abgebucht.
dealt-failed = Das ist schon erledigt: Die Zahlung von { $amount } wurde endgültig abgelehnt.
dealt-resumed = Das ist schon erledigt: Die automatische Aufladung ist nicht mehr angehalten.
dealt-service = Das ist schon erledigt: { $service } ist nicht mehr so angehalten.
service-resumed = { $service } geht weiter.
resume-begun = Die automatische Aufladung geht weiter.
settings-unchanged = Es wurde nichts geändert.

## Warnungen
alerts-title = Warnungen
alerts-intro = Ich warne jedes Mal einmal, wenn das Guthaben unter einen dieser Werte sinkt, wenn es aufgebraucht ist und wenn es sich erholt hat. Leere Felder zählen nicht.
alerts-level = Warnen unter ({ $number })
alerts-channel = Kanal
alerts-saved = Gespeichert: Warnungen bei { $levels } in { $channel }.
alerts-saved-none = Gespeichert: keine Warnungen.

## Verlauf
history-title = Verlauf
history-empty = Auf diesem Konto ist noch nichts geschehen.
history-line = *{ $amount }*  { $what }
history-after = verfügbar { $after }
history-page = Die neuesten zuerst.
history-fewer = Hier fehlt, was für Anrufe nur reserviert war. `/credits verlauf alles` zeigt auch das.
kind-usage = Verbrauch
kind-records = { $count ->
    [one] 1 Verbindungsnachweis
   *[other] { $count } Verbindungsnachweise
}
kind-recharge = Automatische Aufladung
kind-topup = Guthaben hinzugefügt
kind-grant = Gutschrift
kind-adjustment = Berichtigung
kind-expiry = Verfallen
kind-hold = Für einen Anruf reserviert
kind-release = Nicht mehr reserviert
kind-transfer = Übertragung
kind-reversal = Storno
kind-reversal-record = Storno eines Verbindungsnachweises

## Verwalter
managers-title = Guthabenverwalter
managers-users = Wer Guthaben hinzufügen und Einstellungen ändern darf
managers-hint = Inhaber und Administratoren wählen sie hier und dürfen sich selbst wählen
managers-saved = Gespeichert: { $managers }.
managers-saved-none = Gespeichert: Jetzt darf niemand etwas ändern.

## Was im Kanal steht: die stehende Nachricht
incident-low = :warning: Guthaben niedrig
incident-low-text = Das Guthaben beträgt { $balance }, weniger als { $level }.
incident-exhausted = :rotating_light: Guthaben aufgebraucht
incident-exhausted-text = Das Guthaben beträgt { $balance }.
calls-stopped = Gestoppt: { $services }. Neue Anrufe sind dort nicht erlaubt; was trotzdem telefoniert wird, wird unter null abgebucht.
calls-overdraft = Anrufe gehen weiter, bis auch der Überziehungsrahmen von { $overdraft } aufgebraucht ist.
calls-stopped-besides = Von Hand gestoppt: { $services }.
calls-go-on = Anrufe gehen weiter.
calls-frozen = Das Konto ist gesperrt: Neue Anrufe sind nicht erlaubt. Was trotzdem telefoniert wird, wird unter null abgebucht.
calls-closed = Das Konto ist geschlossen: Neue Anrufe sind nicht erlaubt, und es wird nichts mehr abgebucht.
incident-recovered = :white_check_mark: Guthaben wieder ausreichend
incident-recovered-text = Das Guthaben beträgt { $balance }.
incident-fell = Das Guthaben war unter { $level } gesunken.
incident-fell-out = Das Guthaben war aufgebraucht.
incident-added = { $who } hat { $amount } hinzugefügt.
incident-recharge = :arrows_counterclockwise: Automatische Aufladung
part-started = { $amount } werden mit { $method } hinzugefügt …
part-arrived = { $amount } sind eingegangen.
part-declined = { $method } wurde abgelehnt ({ $reason }). Nächster Versuch: { $when }.
part-declined-last = { $method } wurde abgelehnt ({ $reason }).
part-paused = Die automatische Aufladung ist angehalten: { $reason }. Setzen Sie sie fort oder wählen Sie eine andere Karte.
part-unknown = Der Zahlungsanbieter hat noch nicht geantwortet. Ich frage weiter nach; nichts wird doppelt abgebucht.
part-stuck = Es ist nicht klar, ob { $amount } von { $method } abgebucht wurden, und ich frage nicht weiter nach. Lassen Sie mich noch einmal fragen oder sehen Sie beim Zahlungsanbieter nach.
part-not-credited = { $amount } wurden von { $method } abgebucht, aber ich kann sie nicht gutschreiben. Lassen Sie mich beim Zahlungsanbieter noch einmal nachfragen, sobald behoben ist, was dem im Weg steht.
part-cancelled = Die Aufladung von { $amount } wurde abgebrochen.
part-not-needed = Die Aufladung von { $amount } ist nicht mehr nötig.
part-needs-action = Die Bank verlangt eine Bestätigung für { $amount } mit { $method }.
part-blocked-monthly_cap = Nicht aufgeladen: Die Obergrenze von { $cap } im Monat ist erreicht.
part-blocked-daily_limit = Nicht aufgeladen: Die Grenze von { $count } Aufladungen am Tag ist erreicht.

## Was im Kanal steht: die Neuigkeiten
news-low = Das Guthaben beträgt { $balance }, weniger als { $level }.
news-exhausted = :rotating_light: *Das Guthaben ist aufgebraucht.* Bitte fügen Sie welches hinzu.
news-halted = :rotating_light: *Der Überziehungsrahmen von { $overdraft } ist aufgebraucht.* Neue Anrufe sind nicht erlaubt. Bitte fügen Sie Guthaben hinzu.
news-services-resumed = Neue Anrufe sind wieder erlaubt, im Überziehungsrahmen. Das Guthaben beträgt { $balance }.
news-service-stopped = :octagonal_sign: { $who } hat *{ $service }* angehalten: Neue Anrufe sind nicht erlaubt.
news-service-resumed = { $who } hat *{ $service }* fortgesetzt.
news-recovered = Das Guthaben reicht wieder.
news-recovered-to = Das Guthaben reicht wieder: Es beträgt { $balance }.
news-recovered-partly = Nicht mehr aufgebraucht: { $balance }, aber noch unter { $level }.
news-started = Aufladung begonnen: { $amount } mit { $method }.
news-recharged = :white_check_mark: *{ $amount } aufgeladen.* Das Guthaben beträgt { $balance }.
news-topped-up = :white_check_mark: { $who } hat *{ $amount }* hinzugefügt. Das Guthaben beträgt { $balance }.
news-expiring = :hourglass: { $amount } des Guthabens verfallen { $when }, wenn sie nicht vorher verbraucht werden.
news-expired = { $amount } des Guthabens wurden nicht rechtzeitig verbraucht und sind verfallen. Das Guthaben beträgt { $balance }.
news-declined = :x: Aufladung von { $amount } abgelehnt: { $method }, { $reason }. Nächster Versuch: { $when }.
news-declined-last = :x: Aufladung von { $amount } abgelehnt: { $method }, { $reason }.
news-paused = :double_vertical_bar: *Die automatische Aufladung ist angehalten:* { $reason }.
news-webhook-failed = :warning: *Ein Webhook lässt sich nicht zustellen:* `{ $event }` hat { $host } nicht erreicht: { $why }. Das sage ich einmal, bis dort wieder etwas ankommt; was fehlt, wird 30 Tage aufgehoben.
news-webhook-gone = :warning: *Ein Webhook ist abgeschaltet:* { $host } hat geantwortet, dass dort nichts mehr gewünscht wird (410). Es wird nichts mehr gesendet, bis jemand es erneut versucht.
news-resumed = { $who } hat die automatische Aufladung fortgesetzt.
news-unknown = Der Zahlungsanbieter hat zu { $amount } noch nicht geantwortet. Ich frage weiter nach; nichts wird doppelt abgebucht.
news-stuck = :rotating_light: *Wurden { $amount } von { $method } abgebucht?* Ich konnte es nicht herausfinden und frage nicht weiter nach. Bis das geklärt ist, lade ich nicht auf: Lassen Sie mich noch einmal fragen oder sehen Sie beim Zahlungsanbieter nach.
news-not-credited = :rotating_light: *{ $amount } wurden von { $method } abgebucht, aber ich kann sie nicht gutschreiben.* Das Protokoll nennt den Grund. Lassen Sie mich beim Zahlungsanbieter noch einmal nachfragen, sobald er behoben ist; bis dahin lade ich nicht auf.
news-cancelled = Die Aufladung von { $amount } wurde abgebrochen.
news-not-needed = Die Aufladung von { $amount } ist nicht mehr nötig: Es ist wieder genug Guthaben da.
news-not-charged = Von { $method } wurden keine { $amount } abgebucht. Diese Aufladung ist beendet.
news-not-charged-by = { $who } hat nachgesehen: Von { $method } wurden keine { $amount } abgebucht. Diese Aufladung ist beendet.
news-needs-action = :lock: Die Bank verlangt, dass { $amount } mit { $method } von der Inhaberin oder dem Inhaber der Karte bestätigt wird.
news-blocked-monthly_cap = :no_entry: Keine Aufladung von { $amount }: Die Obergrenze von { $cap } im Monat ist erreicht.
news-blocked-daily_limit = :no_entry: Keine Aufladung von { $amount }: Die Grenze von { $count } Aufladungen am Tag ist erreicht.
news-topup-declined = :x: { $amount } konnten nicht von { $method } abgebucht werden: { $reason }. Es wurde nichts abgebucht; versuchen Sie mit `/credits aufladen` eine andere Karte.
news-topup-unknown = Der Zahlungsanbieter hat zu Ihren { $amount } noch nicht geantwortet. Ich frage weiter nach; nichts wird doppelt abgebucht.
news-topup-stuck = :rotating_light: Es ist nicht klar, ob Ihre { $amount } von { $method } abgebucht wurden, und ich frage nicht weiter nach. Lassen Sie mich noch einmal fragen oder sehen Sie beim Zahlungsanbieter nach, bevor Sie noch einmal zahlen.
news-topup-not-credited = :rotating_light: Ihre { $amount } wurden von { $method } abgebucht, aber ich kann sie nicht gutschreiben. Lassen Sie mich beim Zahlungsanbieter noch einmal nachfragen, sobald behoben ist, was dem im Weg steht. Zahlen Sie nicht noch einmal.
news-topup-not-charged = Ihre { $amount } wurden nicht von { $method } abgebucht. Fügen Sie den Betrag mit `/credits aufladen` noch einmal hinzu, wenn Sie ihn noch möchten.
news-topup-needs-action = :lock: Ihre Bank verlangt eine Bestätigung für { $amount } mit { $method }.
news-for-others-declined = :x: { $amount }, die { $who } hinzufügen wollte, konnten nicht von { $method } abgebucht werden: { $reason }. Es wurde nichts abgebucht.
news-for-others-unknown = Der Zahlungsanbieter hat zu den { $amount }, die { $who } hinzufügen will, noch nicht geantwortet. Ich frage weiter nach; nichts wird doppelt abgebucht.
news-for-others-stuck = :rotating_light: *Wurden { $amount }, die { $who } hinzufügen wollte, von { $method } abgebucht?* Ich konnte es nicht herausfinden und frage nicht weiter nach. Lassen Sie mich noch einmal fragen oder sehen Sie beim Zahlungsanbieter nach.
news-for-others-not-credited = :rotating_light: { $amount }, die { $who } hinzufügen wollte, wurden von { $method } abgebucht, aber ich kann sie nicht gutschreiben. Lassen Sie mich beim Zahlungsanbieter noch einmal nachfragen, sobald behoben ist, was dem im Weg steht.
news-for-others-not-charged = { $amount }, die { $who } hinzufügen wollte, wurden nicht von { $method } abgebucht. Diese Zahlung ist beendet.
news-for-others-needs-action = :lock: Die Bank verlangt eine Bestätigung für { $amount }, die { $who } mit { $method } hinzufügen will. Bestätigen kann sie nur, wem die Karte gehört.
news-topup-arrived = :white_check_mark: { $amount } sind eingegangen. Das Guthaben beträgt { $balance }.
news-settings = :gear: { $who } hat { $topic } geändert.
news-managers = :busts_in_silhouette: { $who } hat die Guthabenverwalter geändert.
news-managers-appointed = Neu ernannt: { $users }
news-managers-dismissed = Nicht mehr Guthabenverwalter: { $users }
topic-recharge = die automatische Aufladung
topic-alerts = die Warnungen
topic-method = die Zahlungsoption
topic-overdraft = den Überziehungsrahmen
topic-state = den Zustand des Kontos
topic-rates = die Tarife
topic-pools = die Inklusivminuten
topic-centres = die Regeln für Kostenstellen
topic-zone = die Zeitzone der Monate
change-line = { $field }: { $old } → { $new }
field-recharge_on = Automatische Aufladung
field-recharge_amount = Aufladungsbetrag
field-recharge_below = Wenn das Guthaben unter diesen Wert sinkt
field-recharge_cap = Obergrenze im Monat
field-method = Zahlungsoption
field-levels = Warnungen bei
field-channel = Kanal
field-overdraft = Überziehungsrahmen
field-state = Konto
field-card = Preisliste
field-pools = Inklusive
field-centres = Regeln
field-zone = Zeitzone
set-open = offen
set-frozen = gesperrt
set-closed = geschlossen
somebody = Jemand
notice-late = Das konnte ich nicht früher melden: Es geschah { $when } und ist erledigt.
notice-missed = { $who } hat das veranlasst und war nicht zu erreichen.
notice-elsewhere = In { $channel } konnte ich das nicht schreiben: Laden Sie mich dort mit `/invite` ein oder wählen Sie mit `/credits warnungen` einen anderen Kanal.
incident-moved = Hier geht es weiter: { $channel }.
incident-moved-nowhere = Die Warnungen dieses Kontos kommen nicht mehr in einen Kanal; die Guthabenverwalter erfahren sie direkt.

## Was von einer Nachricht bleibt, die jemanden rief, wenn ihre Sache vorbei ist
line-exhausted = Das Guthaben war aufgebraucht.
line-halted = Der Überziehungsrahmen war aufgebraucht, neue Anrufe waren nicht erlaubt.
line-service = { $who } hatte { $service } angehalten.
line-declined = Aufladung von { $amount } abgelehnt: { $method }, { $reason }.
line-paused = Die automatische Aufladung war angehalten: { $reason }.
line-webhook = Ein Webhook ließ sich nicht an { $host } zustellen.
line-feed = Verbindungsnachweise ließen sich nicht aus Microsoft Graph lesen.
line-stuck = Es war nicht klar, ob { $amount } von { $method } abgebucht wurden.
line-not-credited = { $amount } wurden von { $method } abgebucht und konnten nicht gutgeschrieben werden.
line-needs-action = Die Bank verlangte eine Bestätigung für { $amount } mit { $method }.
line-monthly_cap = Keine Aufladung von { $amount }: Die Obergrenze von { $cap } im Monat war erreicht.
line-daily_limit = Keine Aufladung von { $amount }: Die Grenze von { $count } Aufladungen am Tag war erreicht.
end-arrived = :white_check_mark: Erledigt: { $amount } sind eingegangen.
end-recovered = :white_check_mark: Erledigt: Das Guthaben beträgt { $balance }.
end-not-needed = :white_check_mark: Nicht mehr nötig: Es ist wieder genug Guthaben da.
end-not-charged = :white_check_mark: Erledigt: Es wurde nichts abgebucht.
end-cancelled = :white_check_mark: Erledigt: Die Aufladung wurde abgebrochen.
end-resumed = :white_check_mark: Erledigt: { $who } hat die automatische Aufladung fortgesetzt.
end-webhook = Erledigt: Die Zustellung geht wieder.
end-feed = :white_check_mark: Erledigt: Sie werden wieder gelesen.
end-service = :white_check_mark: Erledigt: { $who } hat ihn fortgesetzt.
end-services = :white_check_mark: Erledigt: Neue Anrufe sind wieder erlaubt. Das Guthaben beträgt { $balance }.
end-settings = :white_check_mark: Erledigt: { $who } hat die automatische Aufladung geändert.
end-goes-on = :white_check_mark: Erledigt: Eine neue Aufladung hat begonnen.
end-again = :arrows_counterclockwise: Das wurde noch einmal versucht; wie es ausging, steht im Thread.

## Warum eine Karte nicht zahlte
reason-insufficient_funds = nicht genügend Guthaben auf der Karte
reason-lost_card = als verloren gemeldet
reason-stolen_card = als gestohlen gemeldet
reason-expired_card = abgelaufen
reason-authentication_required = die Bank verlangt eine Bestätigung
reason-left_workspace = ich hatte keinen Zugang mehr zu diesem Workspace
reason-other = die Bank nannte keinen Grund

## Ablehnungen
refused-unknown_account = Dieser Workspace hat noch kein Konto. Tippen Sie einmal `/credits guthaben`, dann ist es eröffnet.
refused-currency_mismatch = Das Konto hat eine andere Währung. Tippen Sie den Betrag ohne Währung.
refused-operation_conflict = Das wurde schon mit anderen Zahlen getan. Sehen Sie in `/credits verlauf` nach und beginnen Sie dann neu.
refused-amount_invalid = Ein Betrag muss größer als null sein.
refused-balance_limit = Das Guthaben würde größer, als ich genau führen kann. Fügen Sie einen kleineren Betrag hinzu.
refused-unknown_hold = Unter diesem Namen ist nichts reserviert.
refused-hold_exists = Unter diesem Namen wurde schon einmal Guthaben reserviert. Verwenden Sie einen anderen.
refused-hold_resolved = Was unter diesem Namen reserviert war, wurde schon abgebucht oder zurückgegeben.
refused-insufficient_credit = Dafür reicht das Guthaben nicht; es wurde nichts geändert. Fügen Sie mit `/credits aufladen` welches hinzu.
refused-account_frozen = Dieses Konto ist gesperrt: Von ihm wird nichts Neues bezahlt. Wer das Guthaben verwaltet, kann es wieder öffnen.
refused-account_closed = Dieses Konto ist geschlossen: Hier wird nichts mehr abgebucht oder gutgeschrieben. Wer das Guthaben verwaltet, kann es wieder öffnen.
refused-services_too_many = Auf diesem Konto wurden schon fünfzig Dienste berechnet, und dieser wäre neu. Stimmt der Name? Ein Dienst einer Preisliste wird trotzdem angenommen.
refused-service_stopped = Dieser Dienst ist angehalten: Neue Anrufe werden nicht bezahlt. Wer das Guthaben verwaltet, kann ihn fortsetzen; `/credits guthaben` hat die Schaltfläche.
refused-not_empty = Ein Konto lässt sich erst schließen, wenn das Guthaben null ist und nichts zurückgelegt ist. Übertragen Sie zuerst, was noch da ist.
refused-same_account = Nennen Sie zwei verschiedene Konten.
refused-lots_too_many = Dieser Betrag verteilt sich auf mehr als 50 Käufe und Gutschriften. Übertragen Sie ihn in kleineren Beträgen.
refused-unknown_entry = Diese Buchung finde ich nicht; es wurde nichts geändert. Korrigieren Sie, was sie bewirkt hat, mit einer Berichtigung.
refused-unknown_record = Diesen Verbindungsnachweis finde ich in dieser Buchung nicht; es wurde nichts geändert.
refused-time_implausible = Laut Verbindungsnachweis begann dieser Anruf vor Jahren oder in der Zukunft; es wurde nichts berechnet.
refused-too_old = Dieser Anruf begann vor mehr als 89 Tagen: Vielleicht wurde er schon berechnet, deshalb jetzt nicht.
refused-not_reversible = Stornieren lassen sich nur Verbrauch, Gutschriften, Berichtigungen und verfallenes Guthaben.
refused-already_reversed = Das ist schon storniert; es wurde nichts geändert.
refused-not_a_manager = Das dürfen nur Guthabenverwalter; es wurde nichts geändert. Wer den Workspace besitzt oder administriert, kann Sie mit `/credits verwalter` ernennen.
appoint-yourself = Das dürfen nur Guthabenverwalter; es wurde nichts geändert. Sie administrieren diesen Workspace: Ernennen Sie sich mit `/credits verwalter` selbst.
refused-not_an_admin = Guthabenverwalter ernennt nur, wer diesen Workspace besitzt oder administriert; es wurde nichts geändert. Fragen Sie dort nach.
refused-stranger = Das dürfen nur Mitglieder dieses Workspace. Fragen Sie dort jemanden.
refused-below_minimum = Auf einmal lassen sich mindestens { $minimum } hinzufügen.
refused-above_maximum = Auf einmal lassen sich höchstens { $maximum } hinzufügen. Teilen Sie den Betrag auf.
refused-cap_below_amount = Die Obergrenze im Monat muss mindestens der Aufladungsbetrag sein.
refused-levels_too_many = Höchstens drei Warnungen. Lassen Sie eine leer.
refused-no_method = Hier ist keine Zahlungsoption eingerichtet. Wer diesen Bot betreibt, verbindet zuerst einen Zahlungsanbieter.
refused-method_dead = Die Bank sagt, dass diese Karte nie wieder versucht werden darf. Wählen Sie eine andere.
refused-draft_gone = Das ist abgelaufen oder wurde schon bestätigt; es wurde nichts geändert. Beginnen Sie mit `/credits` neu.
refused-recharge_off = Die automatische Aufladung ist aus. Schalten Sie sie mit `/credits automatik` ein.
refused-above_cap = Die Obergrenze im Monat ist erreicht. Erhöhen Sie sie mit `/credits automatik` oder fügen Sie mit `/credits aufladen` Guthaben hinzu.
refused-not_needed = Es ist keine Aufladung nötig: Es ist wieder genug Guthaben da.
refused-unknown_payment = Diese Zahlung finde ich nicht mehr. `/credits guthaben` zeigt den Stand.
refused-not_pending = Das ist schon erledigt; es wurde nichts geändert.
refused-fenced = Daran wird schon gearbeitet. `/credits guthaben` zeigt den Stand.
refused-charged = Der Zahlungsanbieter hat dieses Geld, deshalb endet diese Zahlung nicht. Lassen Sie mich noch einmal nachfragen, um es gutzuschreiben.
refused-unknown_webhook = Diesen Webhook gibt es nicht mehr; es wurde nichts geändert.
refused-webhooks_too_many = Ein Workspace hat höchstens 20 Webhooks; es wurde nichts geändert. Entfernen Sie zuerst einen.
refused-url_refused = An diese Adresse darf nichts gesendet werden; es wurde nichts geändert. Sie muss mit https:// beginnen und öffentlich sein.
request-repeated = Dieses Formular kam zweimal an; ich führe es einmal aus. Sehen Sie in `/credits guthaben` und `/credits verlauf` nach, ehe Sie es neu senden.
org-wide = Diese App ist für eine ganze Organisation installiert, Guthaben gehört aber zu einem Workspace. Es wurde nichts geändert. Bitten Sie die Administration, sie nur in Ihrem Workspace zu installieren.

## Eingaben, nach denen zurückgefragt wird
amount-not_a_number = „{ $typed }“ kann ich nicht als Betrag lesen. Tippen Sie ihn wie { $examples }.
amount-missing = Welcher Betrag? Tippen Sie ihn wie { $examples }.
amount-ambiguous = „{ $typed }“ lässt sich auf zwei Arten lesen. Tippen Sie `{ $first }` für den größeren Betrag oder zwei Nachkommastellen, etwa `{ $second }`.
amount-other_currency = „{ $typed }“ ist nicht in { $currency }, der Währung dieses Kontos. Tippen Sie den Betrag in { $currency }, etwa { $examples }.
amount-not_positive = „{ $typed }“ ist nicht größer als null. Tippen Sie einen Betrag wie { $examples }.
amount-too_fine = „{ $typed }“ ist feiner als die kleinste Münze. Tippen Sie einen Betrag wie { $examples }.
amount-too_large = „{ $typed }“ ist mehr, als ich führen kann. Tippen Sie einen kleineren Betrag.
unknown-command = „{ $word }“ kenne ich nicht. Meinten Sie `/credits { $nearest }`? `/credits hilfe` zeigt alles.
unknown-command-no-guess = „{ $word }“ kenne ich nicht. `/credits hilfe` zeigt alles.
too-many-words = Nach „{ $word }“ kommt nichts mehr: Tippen Sie `/credits { $word }`.
channel-not-member = In diesem Kanal bin ich nicht. Laden Sie mich dort mit `/invite` ein und speichern Sie dann noch einmal.
form-unreadable = Dieses Formular konnte ich nicht lesen; es wurde nichts geändert. Schließen Sie es und öffnen Sie es mit `/credits` neu.
method-gone = Diese Zahlungsoption gibt es nicht mehr; es wurde nichts geändert. Wählen Sie eine andere.
channel-missing = Wählen Sie einen Kanal, damit ich weiß, wo ich mich melden soll.
managers-not-people = Guthabenverwalter können nur Menschen aus diesem Workspace sein, nicht { $users }.

## Wenn etwas schiefgeht
error = Bei mir ist etwas schiefgegangen (Kennung { $reference }). Es wurde nichts doppelt getan. Sehen Sie in `/credits verlauf` nach, bevor Sie es wiederholen.
error-ledger = Ich erreiche das Kontobuch gerade nicht (Kennung { $reference }). Versuchen Sie es in einer Minute noch einmal; sehen Sie in `/credits verlauf` nach, bevor Sie eine Zahlung wiederholen.
error-slack = Slack hat mir nicht geantwortet, wie es sollte (Kennung { $reference }). Es wurde nichts doppelt getan. Versuchen Sie es in einer Minute noch einmal.
error-slow = Das dauerte zu lange, und ich weiß nicht, ob es getan wurde (Kennung { $reference }). Hier können Sie es gefahrlos noch einmal versuchen; anderswo sehen Sie zuerst in `/credits verlauf` nach.

## API-Token
scope-account-read = Guthaben lesen
scope-entries-read = Verlauf lesen
scope-holds-write = Guthaben für Anrufe reservieren und abrechnen
scope-rates-read = Preise lesen
scope-usage-write = Anrufe melden
news-token-made = :key: { $who } hat das API-Token „{ $name }“ angelegt, gültig bis { $when }.
news-token-scopes = Es darf: { $scopes }.
news-token-only = Nur für das Konto { $account }.
news-token-all = Für alle Konten dieses Workspace.
news-token-revoked = :key: { $who } hat das API-Token „{ $name }“ widerrufen.
refused-unknown_token = Dieses API-Token gibt es nicht mehr; nichts wurde geändert.
refused-token_expired = Dieses API-Token ist abgelaufen; nichts wurde geändert.
refused-token_revoked = Dieses API-Token wurde schon widerrufen; nichts wurde geändert.
refused-tokens_too_many = Es gibt schon 100 API-Token; nichts wurde geändert. Widerrufen Sie solche, die niemand mehr braucht.
tokens-title = API-Token
tokens-intro = Mit einem API-Token nutzt ein Programm, etwa Ihre Telefonanlage, das Guthaben dieses Workspace.
tokens-none = Es gibt keine.
tokens-may = Darf: { $scopes }.
tokens-all = Für alle Konten.
tokens-only = Nur für das Konto { $account }.
tokens-made = Angelegt von { $who }, { $when }. Gültig bis { $end }.
tokens-used = Zuletzt benutzt { $when }.
tokens-unused = Noch nie benutzt.
tokens-expired = Abgelaufen { $when }.
tokens-revoked = Widerrufen von { $who }, { $when }.
tokens-more = { $count } weitere werden hier nicht gezeigt.
tokens-new = Neues Token
tokens-revoke = Widerrufen
tokens-revoke-ask = { $name } wird ab jetzt abgewiesen. Das lässt sich nicht rückgängig machen.
token-title = Neues API-Token
token-name = Wofür ist es?
token-name-placeholder = Telefonanlage
token-scopes = Was darf es?
token-account = Für welches Konto?
token-account-hint = Leer: für alle Konten dieses Workspace
token-days = Wie lange ist es gültig?
token-days-option = { $days } Tage
token-make = Anlegen
token-made = Das API-Token „{ $name }“ ist angelegt. Kopieren Sie es jetzt: Es wird nie wieder gezeigt.
token-made-before = Dieses API-Token wurde schon angelegt und dabei gezeigt. Hat es niemand, widerrufen Sie es und legen Sie ein neues an.
token-name-wrong = Ein Name hat 1 bis 60 Zeichen.
token-scopes-missing = Kreuzen Sie mindestens eines an.
token-account-wrong = Dieser Workspace hat kein Konto dieses Namens. Lassen Sie das Feld für alle Konten leer.

## Webhooks
webhook-status = die Antwort war Status { $status }
webhook-redirect = die Antwort war eine Umleitung ({ $status }), der ich nicht folge
webhook-gone = die Antwort war, dass dort nichts mehr gewünscht wird (410)
webhook-timeout = es kam nicht rechtzeitig eine Antwort
webhook-dns = der Name ließ sich nicht auflösen
webhook-connection = es gab keine Verbindung, oder sie brach vor der Antwort ab
webhook-tls = dem Zertifikat war nicht zu trauen
webhook-address = der Name führte zu einer Adresse, die nicht öffentlich ist
webhook-url = die Adresse ist hier nicht erlaubt
webhook-broken = was antwortete, sprach kein HTTP
webhook-retry-begun = { $count ->
    [one] Ich stelle jetzt ein Ereignis erneut zu.
   *[other] Ich stelle jetzt { $count } Ereignisse erneut zu.
}
webhook-retry-nothing = Alles ist zugestellt; es gibt nichts erneut zu versuchen.
## What was used
help-usage = was verbraucht wurde und was es gekostet hat
help-why = warum ein Anruf oder eine Buchung so viel gekostet hat
help-rate = was ein Anruf zu einer Nummer kostet
usage-title-7d = Verbrauch: die letzten 7 Tage
usage-title-30d = Verbrauch: die letzten 30 Tage
usage-title-month = Verbrauch: dieser Monat
usage-empty = Keine Anrufe.
usage-total = *{ $cost }*  { $calls ->
    [one] 1 Anruf
   *[other] { $calls } Anrufe
} · { $minutes } Minuten{ $pooled ->
    [yes] {""}, davon { $included } inklusive
   *[no] {""}
}
usage-before = { $way ->
    [more] { $percent } % mehr als im Zeitraum davor ({ $cost }).
    [less] { $percent } % weniger als im Zeitraum davor ({ $cost }).
   *[same] So viel wie im Zeitraum davor ({ $cost }).
}
usage-pools = Inklusivminuten in diesem Monat:
usage-pool = { $bar } { $percent } %  { $pool }: { $used } von { $held } Minuten verbraucht, { $left } übrig
usage-pools-more = { $count ->
    [one] … und ein weiterer Pool.
   *[other] … und { $count } weitere Pools.
}
usage-unrated = { $calls ->
    [one] 1 Anruf hat noch keinen Preis: Keine Preisliste kennt seine Nummer. Er wird berechnet, sobald eine sie kennt.
   *[other] { $calls } Anrufe haben noch keinen Preis: Keine Preisliste kennt ihre Nummern. Sie werden berechnet, sobald eine sie kennt.
}
usage-chart-cost = Kosten in { $currency }
usage-chart-minutes = Minuten
usage-by-service = Dienst
usage-by-destination = Ziel
usage-by-centre = Kostenstelle
usage-calls = Anrufe
usage-minutes = Minuten
usage-included-minutes = Inklusive
usage-cost = Kosten
usage-other = Übrige
usage-no-service = Kein Dienst
usage-no-destination = Kein Ziel
usage-no-centre = Nicht zugeordnet
usage-line = *{ $cost }*  { $name } · { $calls ->
    [one] 1 Anruf
   *[other] { $calls } Anrufe
} · { $minutes } Min.
usage-zone = Anrufe zählen an dem Tag, an dem sie begonnen haben, nach der Uhr von { $zone }.
usage-unknown = „{ $typed }“ kenne ich nicht. Geben Sie `/credits verbrauch 7t`, `30t` oder `monat` ein, dahinter wenn gewünscht `ziel` oder `kostenstelle`.
button-usage-7d = 7 Tage
button-usage-30d = 30 Tage
button-usage-month = Dieser Monat
service-toll-free = Gebührenfrei
service-inbound = Eingehend
service-conference = Konferenz-Anrufe
service-calling = Telefonie
service-direct-routing = Direktes Routing
service-calls = Anrufe

## Why
why-title = Warum: { $name }
why-several = Diese Kennung wurde { $count } Mal berechnet: Bei so weit auseinander liegendem Beginn ist es jedes Mal ein anderer Anruf.
why-late-twice = Dieser Anruf hatte zunächst keinen Preis und hat ihn später bekommen.
why-call = *{ $amount }*  { $service } nach { $where } · { $time } · { $duration }
why-somewhere = einem unbekannten Ziel
why-user = Angerufen hat { $user }
why-centre = Kostenstelle: { $centre }
why-no-ground = Der Betrag kam von außen; wie er berechnet wurde, ist nicht festgehalten.
why-rate = Tarif: { $price } je Minute, Vorwahl { $prefix }, Preisliste { $card }
why-billed = { $duration } s lang, { $billed } s berechnet (im Takt { $first }/{ $next } s)
why-pool = { $seconds } s davon waren Inklusivminuten von { $pool }
why-sum = { $price } × { $seconds } s ÷ 60 = { $minutes }{ $with_fee ->
    [yes] {""}; mit { $fee } Verbindungsgebühr *{ $amount }*
   *[no] {""}
}
why-sum-none = Es blieb nichts zu berechnen: *{ $amount }*
why-own = Der Nachweis brachte seinen Betrag mit: { $charge } für den Anruf, { $fee } für die Verbindung.
why-free-freecall = Kostenlos: Der Nachweis sagt es.
why-free-no-time = Kostenlos: Er dauerte null Sekunden.
why-free-no-card-needed = Kostenlos: { $service } kostet nichts, solange keine Preisliste etwas anderes sagt.
why-entry = *{ $amount }*  { $kind } · { $time }
why-after = Guthaben danach: { $after }
why-lines = Um einen der Anrufe zu sehen, geben Sie `/credits warum` und die Kennung des Anrufs ein.
why-in-entry = Buchung { $entry }, { $time }
why-paid = Bezahlt von { $lots }
why-lot = Kauf oder Gutschrift { $lot } ({ $amount })
why-no-lot = Guthaben, das später kam ({ $amount })
why-late = In Buchung { $entry } hatte er keinen Preis; eine später geladene Preisliste hat ihm einen gegeben.
why-reversed = Erstattet mit Buchung { $entry }
why-returned = { $seconds } s Inklusivminuten wurden damit dem Monat zurückgegeben, aus dem sie waren.
why-unknown = Ich finde keinen Anruf und keine Buchung mit der Kennung „{ $typed }“. Ist sie vollständig? Gemeint ist die Kennung des Verbindungsnachweises oder die einer Buchung, wie Exporte sie zeigen.
why-too-long = „{ $typed }“ ist nicht unter den Buchungen, die ich in zehn Sekunden durchsehen konnte. Nennen Sie auch die Buchung: `/credits warum <Buchung>#<Anruf>`.
why-no-archive = „{ $typed }“ ist vielleicht im Archiv, das gerade nicht gelesen werden kann. Das muss sich jemand vom Betrieb ansehen.
why-no-id = Geben Sie die Kennung eines Anrufs oder einer Buchung ein: `/credits warum 5b1f0a52-…`.
unrated-no-card = Kein Preis: Es gab keine Preisliste für { $service } in der Währung des Kontos.
unrated-no-number = Kein Preis: Der Nachweis hat keine Nummer.
unrated-no-rate = Kein Preis: Die Preisliste für { $service } hat keinen Tarif für diese Nummer.
unrated-masked = Kein Preis: Die verdeckten Ziffern entscheiden darüber.
unrated-other-currency = Kein Preis: Der Betrag im Nachweis ist in einer anderen Währung.
unrated-too-large = Kein Preis: Der Betrag ist größer, als festgehalten werden kann.

## Rates
rate-title = Preis: { $number }
rate-line = *{ $price } je Minute*  { $destination } (Vorwahl { $prefix }){ $with_fee ->
    [yes] {""}, dazu { $fee } je Verbindung
   *[no] {""}
}
rate-free = { $service } kostet nichts, solange keine Preisliste etwas anderes sagt.
rate-depends = Die Ziffern dahinter entscheiden:
rate-possible = { $price } je Minute  { $destination } (Vorwahl { $prefix })
rate-more = … und { $count } weitere.
rate-card = { $service }, Preisliste { $card }, im Takt { $first }/{ $next } s. Inklusivminuten gehen vor.
rate-sample = Beispielpreise, zum Ausprobieren erfunden.
rate-missing = Geben Sie eine Telefonnummer mit der Landesvorwahl ein: `/credits preis +44 7700 900123`.
rate-no-number = „{ $typed }“ ist keine Telefonnummer. Geben Sie sie mit der Landesvorwahl ein: `/credits preis +44 7700 900123`.
rate-no-country = Welches Land? Geben Sie die Nummer mit der Landesvorwahl ein, zum Beispiel `/credits preis { $proposed }`.
rate-bad-country = „{ $typed }“ beginnt mit keiner Landesvorwahl.

## Included minutes
news-pool-low = :hourglass_flowing_sand: { $percent } % der Inklusivminuten von { $pool } sind verbraucht: { $used } von { $held } im { $month }.
news-pool-exhausted = :hourglass: Die Inklusivminuten von { $pool } sind aufgebraucht: { $used } von { $held } im { $month }.
pool-low-then = { $others ->
    [yes] Sind sie aufgebraucht, werden Minuten von { $pools } verbraucht, soweit noch welche da sind, danach Guthaben.
   *[no] Sind sie aufgebraucht, zahlt das Guthaben diese Anrufe.
}
pool-exhausted-then = { $others ->
    [yes] Ab jetzt werden Minuten von { $pools } verbraucht, soweit noch welche da sind, danach Guthaben.
   *[no] Ab jetzt zahlt das Guthaben diese Anrufe.
}
pool-renewed = Neue Minuten gibt es ab dem { $when }, 00:00 Uhr ({ $zone }).
pool-month-over = Dieser Monat ist vorbei: Diese Anrufe wurden spät gemeldet.

## Sources of call records
news-feed-failed = :warning: *Verbindungsnachweise lassen sich nicht aus Microsoft Graph lesen*, seit { $since }. { $why } Was inzwischen telefoniert wurde, wird berechnet, sobald es wieder geht, bis zu 89 Tage zurück.
news-feed-some = :warning: *Manche Anrufe aus Microsoft Graph werden nicht berechnet*, seit { $since }. { $why } Danach werden sie von selbst berechnet, bis zu 89 Tage zurück; alle anderen werden es schon.
news-feed-recovered = :white_check_mark: Verbindungsnachweise werden wieder aus Microsoft Graph gelesen. Was seit { $since } dazukam, wird jetzt berechnet.
feed-secret-wrong = Microsoft nimmt das Clientgeheimnis nicht an: `CREDITS_GRAPH_CLIENT_SECRET` braucht den Wert des Geheimnisses, nicht seine Kennung.
feed-secret-expired = Das Clientgeheimnis ist abgelaufen: Legen Sie ein neues an (Entra Admin Center, App-Registrierungen, Zertifikate & Geheimnisse) und tragen Sie es in `CREDITS_GRAPH_CLIENT_SECRET` ein.
feed-app-unknown = Die Organisation hat keine App mit dieser Kennung: Berichtigen Sie `CREDITS_GRAPH_CLIENT_ID` oder `CREDITS_GRAPH_TENANT_ID`.
feed-tenant-unknown = Microsoft kennt diese Organisation nicht: Berichtigen Sie `CREDITS_GRAPH_TENANT_ID`.
feed-sign-in-refused = Microsoft lehnt die Anmeldung ab: `credits graph check` sagt, warum.
feed-token-refused = Microsoft Graph lehnt ein neues Token ab: Stimmt `CREDITS_GRAPH_CLOUD`?
feed-forbidden = Die App darf sie nicht lesen: Geben Sie ihr die Anwendungsberechtigung `CallRecord-PstnCalls.Read.All`, mit Administratorzustimmung (Entra Admin Center, App-Registrierungen, API-Berechtigungen).
feed-clock = Die Uhr des Rechners, auf dem der Bot läuft, geht falsch: Stellen Sie sie richtig.
feed-not-taken = Konten nehmen nicht an, was sie bezahlen sollen, weil sie geschlossen sind oder es sie nicht gibt: `credits account list` zeigt sie.
feed-other-currency = Ihr Betrag ist in einer anderen Währung als das Konto, das zahlen soll. Laden Sie eine Regel, die ein Konto in dieser Währung nennt: `credits account open`, `credits cost-centres load`.
feed-no-account = Es gibt kein Konto, das bezahlt: `credits account open` eröffnet es.
feed-busy = Microsoft Graph nimmt zurzeit keine Anfragen mehr an. Noch muss niemand etwas tun.
feed-away = Microsoft Graph antwortet nicht. Ist es von anderswo zu erreichen, prüfen Sie das Netz des Rechners, auf dem der Bot läuft.
feed-too-slow = Microsoft Graph antwortet nicht rechtzeitig. Noch muss niemand etwas tun.
feed-other = Seine Antworten sind nicht zu gebrauchen: `credits graph check` und das Protokoll sagen, warum.

## What is unusual
news-unusual-destination = :mag: Erste Anrufe nach { $subject }: { $service }, { $amount } in den letzten Tagen. Dorthin hat bisher niemand angerufen.
news-unrated = :label: { $calls ->
    [one] Ein Anruf hat keinen Preis
   *[other] { $calls } Anrufe haben keinen Preis
}: { $service } nach { $places }. Sie bleiben vorgemerkt und werden berechnet, sobald eine Preisliste ihre Nummern kennt: Wer den Bot betreibt, lädt eine mit `credits rates load`.
unrated-place = { $place } ({ $calls })
unrated-more = { $count ->
    [one] einem weiteren Ziel
   *[other] { $count } weiteren Zielen
}
news-unusual-hour = :mag: Anrufe zu ungewohnter Zeit, { $subject }: { $service }, { $amount } in dieser Stunde. Zu dieser Stunde der Woche hat bisher niemand angerufen.
news-unusual-day = :mag: Mehr als sonst am { $subject }: { $service }, { $amount }. Üblich sind { $usual } am Tag.
unusual-hour = { $day }, { $hour } Uhr
button-stop = Dienst stoppen: { $service }
stop-ask-title = Den Dienst { $service } stoppen?
stop-ask = { $service }: Ab jetzt werden keine neuen Anrufe durchgelassen. Wer dazu berechtigt ist, kann den Dienst jederzeit wieder freigeben.
stop-yes = Stoppen
stop-no = So lassen
stop-reason = Ungewöhnlicher Verbrauch
stop-reason-unrated = Anrufe ohne Preis
stop-done = { $service } ist gestoppt.

## Dateien mit Anrufdaten
help-import = die Anrufe in Dateien abrechnen
import-title = Anrufdaten importieren
import-intro = Jeder Anruf wird einmal abgerechnet, anhand seiner ID: Eine Datei kann noch einmal importiert werden, und nichts ändert sich. Anrufe, die ihren Betrag mitbringen, kosten diesen, die anderen kosten, was die Tariftabellen sagen.
import-files = Dateien
import-files-hint = Der PSTN-Nutzungsbericht als CSV oder zip, Seiten von Microsoft Graph oder JSON-Zeilen; je höchstens 10 MB. Größere schicken Sie mir als Direktnachricht.
import-account = Welches Konto zahlt?
import-submit = Importieren
import-begun = Ich importiere. Wie weit ich bin und was dabei herauskommt, sage ich Ihnen in unserer Direktnachricht.
import-hint = Schicken Sie mir hier eine Datei mit Anrufdaten, etwa den PSTN-Nutzungsbericht als CSV oder zip. Ich sage, was darin ist, und frage, bevor ich etwas abrechne. `/credits hilfe` zeigt, was ich sonst kann.
import-no-scope = Slack lässt mich keine Dateien annehmen. Bitten Sie die Administration des Workspace, diese App neu zu installieren, mit der Berechtigung `files:read`.
import-looking = :mag: Ich sehe mir { $files } an …
import-ask = { $records ->
    [one] Den einen Anruf
   *[other] Die { $records } Anrufe
} in { $files } abrechnen? Über welches Konto?
import-ask-account = { $records ->
    [one] Den einen Anruf
   *[other] Die { $records } Anrufe
} in { $files } über das Konto { $account } abrechnen?
import-ask-once = Jeder Anruf wird einmal abgerechnet: Was schon abgerechnet ist, ändert nichts.
import-ask-refused = { $count ->
    [one] Eine Zeile ist kein lesbarer Anruf und bleibt außen vor.
   *[other] { $count } Zeilen sind keine lesbaren Anrufe und bleiben außen vor.
}
import-charge = Abrechnen
import-cancel = Nicht abrechnen
import-cancelled = Es wurde nichts abgerechnet.
import-under-way = Das wird schon importiert. Die Nachricht oben sagt, wie weit es ist.
import-charged-before = Dieser Import ist schon beendet; jetzt wurde nichts geändert. Wenn Sie nicht sicher sind, was daraus wurde, schicken Sie die Datei noch einmal: Jeder Satz wird einmal abgerechnet.
import-progress = :hourglass_flowing_sand: Ich importiere { $files }: bisher { $records ->
    [one] ein Anruf
   *[other] { $records } Anrufe
}.
import-done = :white_check_mark: { $files } ist importiert.
import-same = :white_check_mark: Nichts hat sich geändert: { $records ->
    [one] Der eine Anruf
   *[other] Alle { $records } Anrufe
} in { $files } waren schon importiert.
import-none = :warning: Es wurde nichts abgerechnet: Keine Zeile von { $files } lässt sich abrechnen.
import-nothing = :warning: Es wurde nichts abgerechnet: { $files }.
import-broken-off = :warning: Zum Teil importiert: { $files }. Was abgerechnet ist, bleibt es; schicken Sie die Datei noch einmal, dann wird nur der Rest abgerechnet.
import-read = { $records ->
    [one] Ein Anruf gelesen.
   *[other] { $records } Anrufe gelesen.
}
import-charged = *Abgerechnet: { $amount }* für { $calls ->
    [one] einen Anruf
   *[other] { $calls } Anrufe
}
import-service = • { $service }: { $amount } für { $calls ->
    [one] einen Anruf
   *[other] { $calls } Anrufe
}
import-pooled = Allein mit Inklusivminuten bezahlt: { $calls ->
    [one] ein Anruf
   *[other] { $calls } Anrufe
}
import-pool = • { $pool }: { $minutes ->
    [one] eine Minute
   *[other] { $minutes } Minuten
} verbraucht
import-free = Kostenlos: { $calls ->
    [one] ein Anruf
   *[other] { $calls } Anrufe
}
import-repeated = Schon bekannt, nichts geändert: { $calls ->
    [one] ein Anruf
   *[other] { $calls } Anrufe
}
import-unrated = Ohne Preis, bis eine Tariftabelle ihre Vorwahl hat: { $calls ->
    [one] ein Anruf
   *[other] { $calls } Anrufe
}
import-no-number = ohne Nummer
import-unknown = Codes, die ich nicht kenne; die Anrufe wurden trotzdem genommen:
import-refused = { $count ->
    [one] *Eine Zeile wurde abgelehnt:*
   *[other] *{ $count } Zeilen wurden abgelehnt:*
}
import-refused-line = • Zeile { $line }: { $reason }
import-refused-line-of = • { $file }, Zeile { $line }: { $reason }
import-refused-more = { $count ->
    [one] Eine weitere steht nicht hier.
   *[other] { $count } weitere stehen nicht hier.
} Wer mich betreibt, bekommt alle mit `credits import --refused`.
import-small = Konto { $account }, importiert für { $who }. Guthaben jetzt: { $balance }.

file-empty = { $name } ist leer.
file-unknown = { $name } ist keine Datei mit Anrufdaten. Ich lese den PSTN-Nutzungsbericht als CSV oder zip, Seiten von Microsoft Graph und JSON-Zeilen.
file-columns_missing = { $name } sieht aus wie ein Nutzungsbericht, aber es fehlt: { $detail }. Nehmen Sie den Bericht, wie er heruntergeladen wurde: Seine erste Zeile nennt die Spalten, durch Kommas getrennt.
file-utf16 = { $name } ist in UTF-16. Speichern Sie die Datei als UTF-8, oder nehmen Sie den Bericht, wie er heruntergeladen wurde.
file-encrypted = { $name } ist verschlüsselt. Entpacken Sie die Datei mit ihrem Passwort und schicken Sie, was darin ist.
file-damaged = { $name } ist beschädigt. Laden Sie die Datei noch einmal herunter.
file-bomb = { $name } wird entpackt { $detail }-mal so groß. Das ist bei keinem Bericht so; ich lese die Datei nicht.
file-no_records = In { $name } sind keine Anrufe.
file-no_line = Keine Zeile von { $name } ist ein Anruf, den ich lesen kann. Die erste: { $detail }.
file-rate_card = { $name } ist eine Tariftabelle: Sie sagt, was Anrufe kosten, und hat keine Anrufe, die abzurechnen wären. Wer mich betreibt, lädt sie mit `credits rates load`.
file-changed = { $name } war nicht bis zum Ende zu lesen. Schicken Sie die Datei noch einmal.
file-other = { $name } wurde geändert, nachdem die Datei geschickt war. Ich rechne nur ab, wonach gefragt wurde: Schicken Sie sie noch einmal, dann sehe ich sie neu an.
file-gone = { $name } ist nicht mehr da, oder nicht dort, wo ich es sehe. Schicken Sie die Datei noch einmal, an mich oder dorthin, wo ich Mitglied bin.
file-no_scope = Slack lässt mich { $name } nicht lesen. Bitten Sie die Administration des Workspace, diese App neu zu installieren, mit der Berechtigung `files:read`.
file-foreign = { $name } gehört einer anderen Organisation. Ich rechne nur Dateien dieses Workspace ab.
file-linked = { $name } liegt außerhalb von Slack, und ich habe nur einen Link darauf. Laden Sie die Datei herunter und schicken Sie sie selbst.
file-too_large = { $name } ist größer als 100 MB. Wer mich betreibt, importiert die Datei mit `credits import`.
file-broken = Bei mir ist etwas schiefgegangen. Was abgerechnet ist, bleibt es; schicken Sie die Datei noch einmal, dann wird nur der Rest abgerechnet.

unread-columns = nicht so viele Spalten wie in der Kopfzeile
unread-quotes = ein Anführungszeichen, das nicht geschlossen ist oder stört
unread-stray_return = ein Wagenrücklauf mitten in der Zeile
unread-zero_byte = ein Null-Byte
unread-not_utf8 = kein UTF-8
unread-line_too_long = die Zeile ist zu lang
unread-not_json = kein JSON
unread-not_a_record = JSON, aber kein Anruf
unread-id_missing = die ID fehlt
unread-id_malformed = die ID hat mehr als 64 Zeichen oder andere als druckbares ASCII
unread-start_missing = der Beginn fehlt
unread-start_malformed = der Beginn ist keine Zeit wie 2026-11-04T09:15:02Z
unread-duration_missing = die Dauer fehlt
unread-duration_malformed = die Dauer ist keine ganze Zahl von Sekunden
unread-duration_negative = die Dauer ist negativ
unread-duration_too_long = der Anruf hätte mehr als zehn Tage gedauert
unread-charge_malformed = der Betrag ist keiner wie 0.70
unread-charge_negative = der Betrag ist negativ
unread-charge_too_fine = der Betrag hat mehr Nachkommastellen als üblich
unread-charge_too_large = der Betrag ist größer, als ich genau führen kann
unread-currency_missing = es gibt einen Betrag, aber keine Währung
unread-currency_malformed = die Währung ist kein Code wie USD
unread-call_type_missing = weder Anrufart noch Dienst
unread-service_malformed = der Dienst hat andere Zeichen als a-z, 0-9 und -
unread-text_too_long = ein Text von mehr als 256 Bytes
unread-operation_conflict = die ID ist bekannt, für einen anderen Anruf
unread-currency_mismatch = der Betrag ist nicht in der Währung des Kontos
unread-time_implausible = der Anruf hätte vor langer Zeit begonnen oder kommt erst noch
unread-too_old = der Anruf begann vor mehr als 89 Tagen und wurde vielleicht schon berechnet
unread-services_too_many = der Dienst ist neu, und das Konto hat schon fünfzig; eine Preisliste kann ihn nennen
unread-account_closed = das Konto ist geschlossen
unread-unknown_account = dieses Konto gibt es nicht
unread-balance_limit = das Guthaben würde größer, als ich genau führen kann
unread-amount_invalid = der Betrag kann nicht abgerechnet werden
unread-other = das kann nicht abgerechnet werden
