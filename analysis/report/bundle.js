// Puts the page together: `node bundle.js OUTPUT`. What is left open is the place of the data, `<!--data-->`.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const read = (...path) => readFileSync(join(here, ...path), 'utf8').trimEnd();

async function bundled(entry) {
  const result = await build({
    entryPoints: [join(here, 'page', entry)],
    bundle: true,
    minify: true,
    write: false,
    charset: 'utf8',
    format: 'iife',
    target: 'es2020',
    legalComments: 'none', // all licences stand in the page, see below
    absWorkingDir: here,
    logLevel: 'warning',
  });
  return result.outputFiles[0].text.trimEnd();
}

// What the licences of the libraries ask for: their text goes with them.
const library = (name, ...files) =>
  [name, ...files.map((file) => read('node_modules', name, file))].join('\n\n');
const licences = [
  library('echarts', 'NOTICE', 'LICENSE', 'licenses/LICENSE-d3'),
  library('zrender', 'LICENSE'),
  library('tslib', 'LICENSE.txt'),
].join('\n\n----\n\n');
const as_text = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

const parts = {
  style: `<style>${await bundled('style.css')}</style>`,
  licences: as_text(licences),
  script: `<script>${await bundled('main.js')}</script>`,
};
const page = read('page', 'page.html').replace(/<!--(style|licences|script)-->/g, (_, part) => parts[part]);
writeFileSync(process.argv[2], page + '\n');
