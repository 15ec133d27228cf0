// node editor.mjs SCHEMA TEXT: what the language service of VS Code says of a JSON text, and what it would complete at each '|' in it, which is taken out.
import { readFileSync } from 'node:fs';
import service from 'vscode-json-languageservice';

const [schema, marked] = process.argv.slice(2).map((file) => readFileSync(file, 'utf8'));
const cursors = [...marked.matchAll(/\|/g)].map((match, earlier) => match.index - earlier);
const editor = service.getLanguageService({});
editor.configure({ validate: true, schemas: [{ uri: 'mem://forma.json', fileMatch: ['*'], schema: JSON.parse(schema) }] });
const document = service.TextDocument.create('file:///forma.json', 'json', 1, marked.replaceAll('|', ''));
const parsed = editor.parseJSONDocument(document);
const problems = (await editor.doValidation(document, parsed)).map((problem) => problem.message);
const completions = [];
for (const cursor of cursors) {
  const list = await editor.doComplete(document, document.positionAt(cursor), parsed);
  completions.push(list.items.map((item) => item.label));
}
process.stdout.write(JSON.stringify({ problems, completions }));
