// node draw.mjs CONTENTS FOLDER: draws each invoice of CONTENTS (JSON, see bench/invoice_contents.py) into FOLDER,
// one after the other, and prints the seconds that the second half took: the first warms the compiler up.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import "regenerator-runtime/runtime.js"; // fontkit needs it for the scripts of India
import fontkit from "@pdf-lib/fontkit";
import { PDFDocument, rgb } from "pdf-lib";

const [contents, folder] = process.argv.slice(2);
const { fonts, invoices } = JSON.parse(readFileSync(contents, "utf8"));
const files = Object.fromEntries(Object.entries(fonts).map(([name, path]) => [name, readFileSync(path)]));

const INK = rgb(0.13, 0.19, 0.24);
const ACCENT = rgb(0.08, 0.32, 0.35);
const PALE = rgb(0.88, 0.92, 0.92);
const DEVANAGARI = /[\u0900-\u097f]/;

async function draw(invoice) {
  const pdf = await PDFDocument.create();
  pdf.registerFontkit(fontkit);
  const embedded = {};
  for (const [name, bytes] of Object.entries(files)) embedded[name] = await pdf.embedFont(bytes, { subset: true });
  pdf.setTitle(invoice.title);
  pdf.setAuthor(invoice.organisation[0]);
  pdf.setLanguage("en-IN");
  const page = pdf.addPage([595.28, 841.89]);
  let y = 800;

  const write = (text, x, { size = 9, bold = false, right = false, color = INK } = {}) => {
    const font = DEVANAGARI.test(text) ? embedded.devanagari : bold ? embedded.bold : embedded.regular;
    const left = right ? x - font.widthOfTextAtSize(text, size) : x;
    page.drawText(text, { x: left, y, size, font, color });
  };
  const rule = (color = ACCENT) => page.drawLine({ start: { x: 50, y: y - 5 }, end: { x: 545, y: y - 5 }, color });
  const row = (cells, columns, options) => {
    cells.forEach((cell, index) => write(cell, Math.abs(columns[index]), { right: columns[index] < 0, ...options }));
    rule(PALE);
    y -= 18;
  };
  const heading = (text) => {
    y -= 14;
    write(text, 50, { size: 11, bold: true, color: ACCENT });
    rule();
    y -= 20;
  };

  for (const line of invoice.organisation) { write(line, 50, { color: ACCENT }); y -= 14; }
  write(invoice.number, 545, { right: true, size: 12 });
  y -= 20;
  page.drawRectangle({ x: 50, y: y - 70, width: 495, height: 90, color: PALE });
  for (const line of invoice.parent) { write(line, 60); y -= 14; }
  write(invoice.due, 535, { size: 18, bold: true, right: true, color: ACCENT });
  y -= 20;
  heading("Charges");
  for (const cells of invoice.charges) row(cells, [50, 120, -360, -450, -545]);
  for (const [label, amount] of invoice.totals) row([label, amount], [-450, -545], { bold: label === "Total" });
  heading("Sessions");
  for (const child of invoice.children) {
    write(child.name, 50, { bold: true });
    y -= 18;
    for (const cells of child.sessions) row(cells, [50, 80, 150, 270, 400, -545]);
  }
  heading("Packages");
  for (const { words, share } of invoice.packages) {
    write(words, 50);
    y -= 12;
    page.drawRectangle({ x: 50, y, width: 240, height: 4, color: PALE });
    page.drawRectangle({ x: 50, y, width: 240 * share, height: 4, color: ACCENT });
    y -= 16;
  }
  y = 40;
  write(invoice.foot, 50, { size: 7 });
  return pdf.save();
}

const half = Math.floor(invoices.length / 2);
let start = performance.now();
for (const [index, invoice] of invoices.entries()) {
  if (index === half) start = performance.now();
  writeFileSync(join(folder, `${index}.pdf`), await draw(invoice));
}
console.log((performance.now() - start) / 1000);
