"""The invoice on paper.

    Statement ─ build ─▶ InvoiceDocument ─ layout ─▶ Pages ─ html ─▶ HTML ─ workers ─▶ raw PDF ─ finish ─▶ PDF

Everything up to the HTML is pure. The Qt that Debian's wkhtmltopdf is built on draws no page footers and repeats no
table heads, so the pages are set here: every strip of a page has a height known beforehand (layout.HEIGHTS_PX).
"""
