// The API's contract, in words that Prism reads as they are meant.
import { readFileSync, writeFileSync } from "node:fs";

export const contract = JSON.parse(readFileSync(process.env.CONTRACT, "utf8"));

/** The codes that the contract has for an operation. */
export function documentedCodes({ method, path }) {
  return Object.keys(contract.paths[path][method.toLowerCase()].responses).map(Number);
}

/** Whether an operation asks for the developer's token. */
export function needsDeveloper({ method, path }) {
  return contract.paths[path][method.toLowerCase()].security.some((each) => "hathoraDevToken" in each);
}

// "That object or null" stands in the contract as a nullable object with allOf one reference; read to the letter, the
// reference refuses null.
function withPlainNulls(node) {
  if (Array.isArray(node)) return node.map(withPlainNulls);
  if (node === null || typeof node !== "object") return node;
  if (node.nullable && node.allOf?.length === 1) {
    const name = node.allOf[0].$ref.split("/").at(-1);
    return { ...withPlainNulls(contract.components.schemas[name]), nullable: true };
  }
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, withPlainNulls(value)]));
}

/** Writes a file for Prism with the given operations, and `examples` for their successes by id. */
export function writeContract(file, operations, examples = {}) {
  const paths = {};
  for (const { id, method, path } of operations) {
    const operation = withPlainNulls(contract.paths[path][method.toLowerCase()]);
    if (id !== operation.operationId) throw new Error(`${method} ${path} is not ${id} in the contract`);
    const success = Object.keys(operation.responses).find((code) => code.startsWith("2"));
    const body = operation.responses[success].content?.["application/json"];
    if (body && id in examples) body.example = examples[id];
    (paths[path] ??= {})[method.toLowerCase()] = operation;
  }
  writeFileSync(file, JSON.stringify({ ...contract, paths, components: withPlainNulls(contract.components) }));
}
