### What the bot says, in Hindi. HTML as Telegram reads it; a mark is closed on the line that opens it.

## Everywhere

amount-hidden = बीटा के दौरान उपलब्ध नहीं
try-later = अभी कार्यालय से संपर्क नहीं हो पा रहा है। कृपया एक मिनट बाद फिर कोशिश करें।
not-known = जिस नाम से यह चैट जोड़ी गई थी, कार्यालय अब आपको उस नाम से नहीं जानता। कृपया अपने वर्कस्पेस में नया लिंक बनाएँ, या कार्यालय से पूछें।

## Commands

command-mypay = इस महीने के सत्र और अब तक का वेतन, और पिछले महीने का भुगतान
command-balance = आपके पैकेज, और अगला बिल
command-lowpackages = समाप्त होने वाले पैकेज
command-language = अंग्रेज़ी या हिन्दी
command-help = यह सूची
command-stop = इस चैट को अलग करें
help-heading = <b>मैं आपके लिए क्या कर सकता हूँ</b>
help-line = /{ $command } – { $meaning }
unknown-command = मैं /{ $command } नहीं जानता।
for-tutors-only = /mypay शिक्षकों के लिए है।
for-parents-only = /balance अभिभावकों के लिए है।
for-families-only = /lowpackages अभिभावकों और समन्वयकों के लिए है।
private-only = मैं केवल निजी चैट में बात करता हूँ, जहाँ आपकी बातें कोई और नहीं पढ़ता। कृपया मुझे सीधे लिखें।

## Linking

welcome = स्वागत है! यह चैट जुड़ गई है।
not-linked = यह चैट किसी से जुड़ी नहीं है। कृपया वह लिंक खोलें जो आपका वर्कस्पेस आपके लिए बनाता है।
link-unknown = यह मेरा कोई लिंक नहीं है, या इसकी जगह नया लिंक बन चुका है। कृपया अपने वर्कस्पेस में नया लिंक बनाएँ।
link-used = यह लिंक पहले ही इस्तेमाल हो चुका है। हर लिंक एक ही बार काम करता है: कृपया अपने वर्कस्पेस में नया बनाएँ।
link-expired = इस लिंक की अवधि समाप्त हो गई है। हर लिंक { $minutes } मिनट तक काम करता है: कृपया अपने वर्कस्पेस में नया बनाएँ।
another-person-left = अब तक यह चैट किसी और से जुड़ी थी, जिन्हें अब यहाँ मेरे संदेश नहीं मिलेंगे।
linked-elsewhere = आपने दूसरी चैट जोड़ ली है। यह चैट अलग कर दी गई है: अब मेरे संदेश वहाँ मिलेंगे।
unlinked = यह चैट अलग कर दी गई है। अब आपको मेरे संदेश नहीं मिलेंगे।

## Languages

which-language = मैं किस भाषा में बात करूँ?
language-name = हिन्दी
language-chosen = अब मैं हिन्दी में बात करूँगा।

## Pay

pay-so-far = <b>{ $month }, अब तक</b>
pay-month = <b>{ $month }</b>
pay-none = कोई सत्र नहीं।
pay-sessions = पूरे हुए सत्र: { $sessions }
pay-sessions-with-addons = पूरे हुए सत्र: { $sessions }, जिनमें { $addons ->
    [one] { $addons } अतिरिक्त सत्र
   *[other] { $addons } अतिरिक्त सत्र
}
pay-rate = प्रति सत्र दर: { $amount }
pay-gross = कुल: { $amount }
pay-deductions = कटौती: { $amount }
pay-deduction = • { $label }: { $amount }
pay-net = शुद्ध: { $amount }
pay-not-closed = भुगतान: महीना बंद होने पर
pay-pending = भुगतान: लंबित
pay-processed = भुगतान: भेजा जा रहा है
pay-paid = भुगतान: { $day } को हुआ, संदर्भ { $reference }

## Packages

sessions-left = { $total ->
    [one] { $total } में से { $remaining } सत्र शेष
   *[other] { $total } में से { $remaining } सत्र शेष
}
no-package = आपके पास अभी कोई पैकेज नहीं है।
low = आपके सत्र समाप्त होने वाले हैं: { $left }। कृपया अपने समन्वयक से नया पैकेज माँगें।
not-low = आपके सत्र अभी पर्याप्त हैं: { $left }।
low-family = { $name } के सत्र समाप्त होने वाले हैं: { $left }।
none-low = किसी परिवार के सत्र समाप्त नहीं हो रहे हैं।
low-heading = <b>{ $count ->
    [one] { $count } परिवार के सत्र समाप्त होने वाले हैं
   *[other] { $count } परिवारों के सत्र समाप्त होने वाले हैं
}</b>
low-page = पृष्ठ { $page } / { $pages }
low-line = { $number }. { $name }: { $left }
low-line-seen = { $number }. { $name }: { $left } (देखा गया)
see = ✓ { $name }
see-hint = ✓ से दूसरे समन्वयकों को पता चलता है कि इस परिवार पर ध्यान दिया जा रहा है।
seen-notice = { $name }: देखा गया।
alert-gone = वह सूचना अब नहीं है।
page-back = ‹ पीछे
page-on = आगे ›
balance-heading = <b>आपके पैकेज: { $left }</b>
balance-nothing-left = <b>आपके पैकेज: कुछ शेष नहीं</b>
lot-heading = <b>{ $bought }</b>
lot-heading-of-child = <b>{ $bought }, { $child } के लिए</b>
lot-line = { $bar } { $left }
lot-no-expiry = कोई अंतिम तिथि नहीं
lot-until = { $day } तक मान्य
lot-used-up = पूरा उपयोग हुआ
lot-expired = { $day } के बाद समाप्त, { $sessions ->
    [one] { $sessions } सत्र का उपयोग नहीं हुआ
   *[other] { $sessions } सत्रों का उपयोग नहीं हुआ
}
more-lots = … और { $count ->
    [one] { $count } पुराना पैकेज
   *[other] { $count } पुराने पैकेज
} आपके वर्कस्पेस में।
invoice-heading = <b>अगला बिल</b>
invoice-unpaid = { $month } का { $number }: भुगतान बाकी
invoice-partly-paid = { $month } का { $number }: आंशिक भुगतान हुआ
invoice-due = देय: { $due }
invoices-more-unpaid = … और { $count ->
    [one] { $count } अन्य बिल बकाया
   *[other] { $count } अन्य बिल बकाया
}
invoice-to-come = कुछ बकाया नहीं है। { $month } का बिल महीना बंद होने पर बनेगा।
invoice-not-known = अभी बिलों से संपर्क नहीं हो पा रहा है। कृपया एक मिनट बाद फिर कोशिश करें।

## Unknown presses

press-not-linked = यह चैट अब जुड़ी नहीं है।
press-unknown = यह बटन पुराना है। कृपया फिर से पूछें।

## Pushes

push-low-no-more = अब आपके सत्र पर्याप्त हैं: { $left }।
push-low-no-more-family = { $name } के सत्र अब पर्याप्त हैं: { $left }।
push-payout-paid = { $month } का आपका भुगतान हो गया है: { $amount }। संदर्भ: { $reference }
push-invoice-issued = { $month } का आपका बिल { $number } आ गया है। कुल: { $amount }
