// Sets the receipt on standard input twice: as bytes for a printer of the kind named by the first
// argument, and as the picture that the library itself draws of it.

import { readFileSync } from "node:fs";
import receiptline from "receiptline";

const { commands, transform } = receiptline;
const [kind, columns] = process.argv.slice(2);
const receipt = readFileSync(0, "utf8");
const set = { cpl: Number(columns), encoding: "cp437" };
const bytes = transform(receipt, { ...set, command: commands[kind] });
const svg = transform(receipt, { ...set, command: commands.svg });
process.stdout.write(JSON.stringify({ bytes: Buffer.from(bytes, "binary").toString("hex"), svg }));
