// Compiles theme.scss into static/css and copies what the result points at into static/vendor.
// The output is committed, so only whoever changes the look needs Node. See docs/decisions/0003.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import rtlcss from "rtlcss";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const vendor = join(root, "static", "vendor");
const uswds = join(here, "node_modules", "@uswds", "uswds");
const { version } = JSON.parse(readFileSync(join(uswds, "package.json"), "utf8"));
const copies = join(vendor, `uswds-${version}`);

// Inlined images would need `img-src data:`, which the content policy does not grant; a source
// map comment names a file that the hashing static storage then fails to find.
function checked(css, name) {
  const clean = css.replace(/\/\*# sourceMappingURL=.*?\*\//g, "");
  for (const forbidden of ["url(data:", 'url("data:', "@import", "@font-face", "http://", "https://"]) {
    if (clean.includes(forbidden)) throw new Error(`${name} contains ${forbidden}`);
  }
  return clean.trim();
}

const NOTE =
  `/*! Contains U.S. Web Design System ${version} (CC0-1.0; parts MIT and Apache-2.0). ` +
  `Terms: vendor/uswds-${version}/LICENSE.md. Built from frontend/theme.scss; do not edit. */\n`;

const compiled = sass.compile(join(here, "theme.scss"), {
  style: "compressed",
  charset: false,
  loadPaths: [join(uswds, "packages")],
  quietDeps: true,
  logger: sass.Logger.silent,
}).css;

const sheets = {
  "portal.css": compiled,
  // One mirrored sheet loaded instead of, not after, the first: half the bytes and no overrides to forget.
  "portal.rtl.css": rtlcss.process(compiled),
};

const pictures = new Set();
mkdirSync(join(root, "static", "css"), { recursive: true });
for (const [name, css] of Object.entries(sheets)) {
  const clean = NOTE + checked(css.replace(/\/\*!?[\s\S]*?\*\//g, ""), name) + "\n";
  writeFileSync(join(root, "static", "css", name), clean);
  for (const [, path] of clean.matchAll(/url\("?([^")]+)"?\)/g)) {
    pictures.add(path.replace(`../vendor/uswds-${version}/img/`, ""));
  }
  console.log(`${name}: ${clean.length} bytes, ${brotliCompressSync(clean).length} with brotli`);
}

rmSync(copies, { recursive: true, force: true });
for (const picture of [...pictures].sort()) {
  const from = join(uswds, "dist", "img", picture);
  if (!existsSync(from)) throw new Error(`the style sheet points at ${picture}, which USWDS does not ship`);
  mkdirSync(dirname(join(copies, "img", picture)), { recursive: true });
  cpSync(from, join(copies, "img", picture));
}
cpSync(join(uswds, "LICENSE.md"), join(copies, "LICENSE.md"));

function licence(path) {
  if (path.startsWith("css/")) return "CC0-1.0 AND MIT AND Apache-2.0";
  if (path.includes("/material-icons/") || path.includes("/usa-icons")) return "CC0-1.0 AND Apache-2.0";
  return "CC0-1.0";
}

function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}

const listed = [
  ...filesUnder(copies),
  ...Object.keys(sheets).map((name) => join(root, "static", "css", name)),
].sort();
const entries = listed.map((file) => {
  const path = relative(join(root, "static"), file).replaceAll("\\", "/");
  const sha256 = createHash("sha256").update(readFileSync(file)).digest("hex");
  const changed = path.startsWith("css/") ? "\nchanged = true  # compiled from the package together with our own rules" : "";
  return `[[file]]\npath = "${path}"\norigin = "@uswds/uswds ${version}"\nlicence = "${licence(path)}"\nsha256 = "${sha256}"${changed}\n`;
});
writeFileSync(
  join(vendor, "VENDORED.toml"),
  "# Every file here that others wrote, or that contains their work. Paths are relative to static/.\n" +
    "# Written by frontend/build.mjs; tests/qualities/test_vendored_files.py compares.\n\n" +
    entries.join("\n"),
);
console.log(`${pictures.size} pictures copied, ${entries.length} files listed`);
