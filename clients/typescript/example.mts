// How a program of yours calls the API with the types: logs in, looks at its business, proposes a payment.
// A test runs it: node example.mts http://localhost:8080 ann@farm.example ...
import type { Operations } from "./mccs.d.ts";

declare const process: { argv: string[] };

const [address, email, password] = process.argv.slice(2) as [string, string, string];
let token = "";

/** One call; `routes` says for the names used here what the types say for all. */
const routes: { [Name in "log_in" | "own_entities" | "initiate"]: [Operations[Name]["method"], Operations[Name]["path"]] } = {
  log_in: ["POST", "/api/v1/login"],
  own_entities: ["GET", "/api/v1/user/entities"],
  initiate: ["POST", "/api/v1/transfers"],
};

async function call<Name extends keyof typeof routes>(
  name: Name,
  body: Operations[Name]["body"],
): Promise<Operations[Name]["data"]> {
  const [method, path] = routes[name];
  const headers: Record<string, string> = { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() };
  if (token) headers["Authorization"] = `Bearer ${token}`;
  const answer = await fetch(address + path, { method, headers, body: body && JSON.stringify(body) });
  const document = await answer.json();
  if (!answer.ok) {
    const code: Operations[Name]["code"] = document.errors[0].code;
    throw new Error(code);
  }
  return document.data;
}

token = (await call("log_in", { email, password })).token;
const mine = (await call("own_entities", undefined))[0]!;
const proposed = await call("initiate", {
  transfer: "out",
  initiator: mine.accountNumber,
  receiver: "2000000000000006",
  amount: "25.00",
});
console.log(mine.name, proposed.status, proposed.amount);
export {};
