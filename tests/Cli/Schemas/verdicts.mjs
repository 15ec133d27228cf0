// node verdicts.mjs SCHEMA DOCUMENTS: for each document of a JSON array, whether it is valid, and if not where.
import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const ajv = new Ajv2020.default({ strict: false, allErrors: true });
const validate = ajv.compile(read(process.argv[2]));
const verdicts = read(process.argv[3]).map((document) => {
  const isValid = validate(document);
  return { isValid, places: [...new Set((validate.errors ?? []).map((error) => error.instancePath))] };
});
process.stdout.write(JSON.stringify(verdicts));
