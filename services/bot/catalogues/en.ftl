### What the bot says, in English. HTML as Telegram reads it; a mark is closed on the line that opens it.

## Everywhere

amount-hidden = Unavailable during the beta
try-later = I cannot reach the office at the moment. Please try again in a minute.
not-known = The office does not know you any more under the name by which this chat was linked. Please create a new link in your workspace, or ask the office.

## Commands

command-mypay = This month's sessions and pay so far, and last month's payout
command-balance = Your packages, and the next invoice
command-lowpackages = Packages that are running low
command-language = English or Hindi
command-help = This list
command-stop = Unlink this chat
help-heading = <b>What I can do for you</b>
help-line = /{ $command } – { $meaning }
unknown-command = I do not know /{ $command }.
for-tutors-only = /mypay is for tutors.
for-parents-only = /balance is for parents.
for-families-only = /lowpackages is for parents and coordinators.
private-only = I only talk in private, where nobody else reads what is yours. Please write to me directly.

## Linking

welcome = Welcome! This chat is linked.
not-linked = This chat is not linked to anyone. Please open the link that your workspace creates for you.
link-unknown = This is not one of my links, or a newer one has taken its place. Please create a new one in your workspace.
link-used = This link has been used already. Each works once: please create a new one in your workspace.
link-expired = This link has expired. Each works for { $minutes } minutes: please create a new one in your workspace.
another-person-left = Until now this chat was linked to somebody else, who will not hear from me here any more.
linked-elsewhere = You have linked another chat. This one is unlinked: what I have to tell you arrives there from now on.
unlinked = This chat is unlinked. You will not hear from me any more.

## Languages

which-language = Which language shall I speak?
language-name = English
language-chosen = I speak English now.

## Pay

pay-so-far = <b>{ $month }, so far</b>
pay-month = <b>{ $month }</b>
pay-none = No sessions.
pay-sessions = Sessions completed: { $sessions }
pay-sessions-with-addons = Sessions completed: { $sessions }, of which { $addons ->
    [one] { $addons } add-on
   *[other] { $addons } add-ons
}
pay-rate = Rate per session: { $amount }
pay-gross = Gross: { $amount }
pay-deductions = Deductions: { $amount }
pay-deduction = • { $label }: { $amount }
pay-net = Net: { $amount }
pay-not-closed = Payout: when the month is closed
pay-pending = Payout: pending
pay-processed = Payout: on its way
pay-paid = Payout: paid on { $day }, reference { $reference }

## Packages

sessions-left = { $total ->
    [one] { $remaining } of { $total } session left
   *[other] { $remaining } of { $total } sessions left
}
no-package = You have no package yet.
low = Your sessions are running low: { $left }. Please ask your coordinator for a new package.
not-low = Your sessions are not running low: { $left }.
low-family = { $name } is running low: { $left }.
none-low = No family is running low.
low-heading = <b>{ $count ->
    [one] { $count } family is running low
   *[other] { $count } families are running low
}</b>
low-page = Page { $page } of { $pages }
low-line = { $number }. { $name }: { $left }
low-line-seen = { $number }. { $name }: { $left } (seen)
see = ✓ { $name }
see-hint = ✓ tells the other coordinators that a family is being looked after.
seen-notice = { $name }: marked as seen.
alert-gone = That alert is not there any more.
page-back = ‹ Back
page-on = Next ›
balance-heading = <b>Your packages: { $left }</b>
balance-nothing-left = <b>Your packages: nothing left</b>
lot-heading = <b>{ $bought }</b>
lot-heading-of-child = <b>{ $bought }, for { $child }</b>
lot-line = { $bar } { $left }
lot-no-expiry = No expiry
lot-until = Valid until { $day }
lot-used-up = Used up
lot-expired = Expired after { $day }, { $sessions ->
    [one] { $sessions } session unused
   *[other] { $sessions } sessions unused
}
more-lots = … and { $count ->
    [one] { $count } older package
   *[other] { $count } older packages
} in your workspace.
invoice-heading = <b>Next invoice</b>
invoice-unpaid = { $number } for { $month }: unpaid
invoice-partly-paid = { $number } for { $month }: partly paid
invoice-due = To pay: { $due }
invoices-more-unpaid = … and { $count ->
    [one] { $count } more unpaid invoice
   *[other] { $count } more unpaid invoices
}
invoice-to-come = Nothing is unpaid. What { $month } brings is invoiced when the month is closed.
invoice-not-known = I cannot reach the invoices at the moment. Please try again in a minute.

## Unknown presses

press-not-linked = This chat is not linked any more.
press-unknown = This button is out of date. Please ask again.

## Pushes

push-low-no-more = Your sessions are not running low any more: { $left }.
push-low-no-more-family = { $name } is not running low any more: { $left }.
push-payout-paid = Your payout for { $month } was paid: { $amount }. Reference: { $reference }
push-invoice-issued = Your invoice { $number } for { $month } has come. Total: { $amount }
