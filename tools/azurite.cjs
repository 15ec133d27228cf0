"use strict";

// Runs Azurite so that what it has answered outlasts its process. `formae up --azurite` starts it.
//
//   node azurite.cjs PACKAGE READY_FILE [Azurite's own arguments]
//
// Azurite keeps its rows in memory and writes each database as one file every five seconds, so a kill takes with it up to five seconds of what it has said is written.
// Here every change is appended to a journal before the answer to it is sent; a file that is written takes the place of the journals before it, and what is left of them is
// read at the start. A kill of the process loses nothing; a loss of power may, because nothing waits for the disk.
//
// It also says when it serves, and ends when its standard input does: that is when whoever started it has ended.

const fs = require("fs");
const http = require("http");
const path = require("path");

const [home, readyFile, ...own] = process.argv.slice(2);
const Loki = require(require.resolve("lokijs", { paths: [home] }));
const Collection = Loki.Collection;

const journals = new Map(); // of a database by its file
const owners = new WeakMap(); // the journal of a collection

class Journal {
  constructor(file) {
    this.file = file;
    this.number = Math.max(0, ...this.numbers()) + 1;
    this.descriptor = null;
    this.changes = [];
    this.isReading = false;
  }

  static of(file) {
    let journal = journals.get(file);
    if (!journal)
      journals.set(file, (journal = new Journal(file)));
    return journal;
  }

  pathOf(number) {
    return `${this.file}.journal.${number}`;
  }

  numbers() {
    const start = `${path.basename(this.file)}.journal.`;
    const folder = path.dirname(this.file);
    if (!fs.existsSync(folder))
      return [];
    return fs.readdirSync(folder).filter(name => name.startsWith(start)).map(name => Number(name.slice(start.length))).sort((a, b) => a - b);
  }

  // The text is made now: a document may change before it is written.
  add(change) {
    if (!this.isReading)
      this.changes.push(JSON.stringify(change));
  }

  // One line for all that has changed since the last: the actions of a transaction stand in one, which is read whole or not at all.
  // Half a line can only be the last of its journal: where a line cannot be written, the process ends, and the next one begins another journal.
  flush() {
    if (this.changes.length === 0)
      return;
    const line = Buffer.from(`[${this.changes.join(",")}]\n`);
    this.changes = [];
    try {
      this.descriptor ??= fs.openSync(this.pathOf(this.number), "a");
      for (let written = 0; written < line.length;)
        written += fs.writeSync(this.descriptor, line, written);
    } catch (error) {
      end(`The journal ${this.pathOf(this.number)} cannot be written, so nothing is answered any more: ${error.message}`);
    }
  }

  // What follows goes to another journal. Answers with the number that it has.
  turn() {
    this.flush();
    if (this.descriptor !== null)
      fs.closeSync(this.descriptor);
    this.descriptor = null;
    return ++this.number;
  }

  forgetBefore(number) {
    for (const old of this.numbers().filter(one => one < number))
      fs.rmSync(this.pathOf(old));
  }

  // Brings a database up to date. A change is the whole of what it leaves, so one that the file has already does no harm.
  applyTo(database) {
    const collections = new Map(database.collections.map(one => [one.name, { collection: one, documents: new Map(one.data.map(document => [document.$loki, document])) }]));
    for (const number of this.numbers()) {
      for (const line of read(this.pathOf(number))) {
        for (const change of line) {
          if (change.made)
            collections.set(change.made.name, { collection: change.made, documents: new Map() });
          else if (change.gone)
            collections.delete(change.gone);
          else if (change.put)
            collections.get(change.in)?.documents.set(change.put.$loki, change.put);
          else
            collections.get(change.in)?.documents.delete(change.cut);
        }
      }
    }

    database.collections = [...collections.values()].map(({ collection, documents }) => {
      collection.data = [...documents.values()].sort((a, b) => a.$loki - b.$loki);
      collection.idIndex = null;
      collection.maxId = collection.data.reduce((most, document) => Math.max(most, document.$loki), collection.maxId ?? 0);
      return collection;
    });
  }
}

// The last line may be torn: nobody was told of it. Every other one was answered for, and nothing goes on without it.
function* read(file) {
  const lines = fs.readFileSync(file, "utf8").split("\n");
  for (const [index, line] of lines.entries()) {
    let changes;
    try {
      changes = line === "" ? [] : JSON.parse(line);
    } catch (error) {
      if (index < lines.length - 1)
        end(`Line ${index + 1} of the journal ${file} cannot be read, and what it says is written would be lost: ${error.message}`);
      return;
    }

    yield changes;
  }
}

function end(sentence) {
  fs.writeSync(2, `${sentence}\n`);
  process.exit(1);
}

function flush() {
  for (const journal of journals.values())
    journal.flush();
}

function around(prototype, name, make) {
  prototype[name] = make(prototype[name]);
}

// Loki: what changes.
around(Collection.prototype, "insertOne", original => function (...given) {
  const document = original.apply(this, given);
  if (document)
    owners.get(this)?.add({ in: this.name, put: document });
  return document;
});
around(Collection.prototype, "update", original => function (document) {
  const result = original.call(this, document);
  if (!Array.isArray(document))
    owners.get(this)?.add({ in: this.name, put: document });
  return result;
});
around(Collection.prototype, "remove", original => function (document) {
  const id = typeof document === "number" ? document : document.$loki;
  const result = original.call(this, document);
  if (id !== undefined)
    owners.get(this)?.add({ in: this.name, cut: id });
  return result;
});
around(Collection.prototype, "removeBatchByPositions", original => function (positions) {
  const ids = positions.map(position => this.data[position].$loki);
  const result = original.call(this, positions);
  for (const id of ids)
    owners.get(this)?.add({ in: this.name, cut: id });
  return result;
});
around(Loki.prototype, "addCollection", original => function (name, options) {
  const isNew = !this.collections.some(one => one.name === name);
  const collection = original.call(this, name, options);
  const journal = Journal.of(this.filename);
  owners.set(collection, journal);
  if (isNew)
    journal.add({ made: JSON.parse(JSON.stringify(collection, this.serializeReplacer)) });
  return collection;
});
around(Loki.prototype, "removeCollection", original => function (name) {
  const result = original.call(this, name);
  Journal.of(this.filename).add({ gone: name });
  return result;
});
around(Loki.prototype, "loadJSONObject", original => function (database, options) {
  const journal = Journal.of(this.filename);
  journal.isReading = true;
  try {
    original.call(this, database, options);
    for (const collection of this.collections)
      collection.ensureAllIndexes(true);
  } finally {
    journal.isReading = false;
  }
});

// Loki: its files.
around(Loki.LokiFsAdapter.prototype, "loadDatabase", original => function (file, done) {
  original.call(this, file, text => {
    if (typeof text !== "string" || text === "")
      return done(text);
    try {
      const database = JSON.parse(text);
      Journal.of(file).applyTo(database);
      done(database);
    } catch (error) {
      done(error);
    }
  });
});
around(Loki.LokiFsAdapter.prototype, "saveDatabase", original => function (file, text, done) {
  const journal = Journal.of(file);
  const next = journal.turn();
  original.call(this, file, text, error => {
    if (!error)
      journal.forgetBefore(next);
    done(error);
  });
});

// No answer before its changes.
for (const name of ["write", "end"]) {
  around(http.ServerResponse.prototype, name, original => function (...given) {
    flush();
    return original.apply(this, given);
  });
}

// When it serves, and when it has ended, is known by what it says.
let [serving, closed] = [0, 0];
around(console, "log", original => function (...given) {
  original.apply(this, given);
  const text = String(given[0]);
  if (text.includes("successfully listen") && ++serving === 3) {
    fs.writeFileSync(`${readyFile}.partial`, JSON.stringify({ urls: [text.slice(text.lastIndexOf("http"))] }));
    fs.renameSync(`${readyFile}.partial`, readyFile);
  }

  if (text.includes("successfully closed") && ++closed === 3)
    process.exit(0);
});

process.stdin.on("end", () => process.kill(process.pid, "SIGTERM")).on("error", () => process.kill(process.pid, "SIGTERM")).resume();
process.argv.splice(2, process.argv.length - 2, ...own);
require(path.join(home, "dist", "src", "azurite.js"));
