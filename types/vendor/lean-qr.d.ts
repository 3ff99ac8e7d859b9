// What counter/static/vendor/lean-qr.js holds: lean-qr's one module.

export { correction, generate } from "lean-qr";
