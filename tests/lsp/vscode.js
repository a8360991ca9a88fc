// The part of VS Code's API that the extension uses, and an editor with one file open.
"use strict";

const { readFileSync } = require("fs");
const { pathToFileURL, fileURLToPath } = require("url");
const Module = require("module");

const [extension, file, command] = process.argv.slice(2);
const providers = {};
const events = {};
const seen = { errors: [] };
let text = readFileSync(file, "utf8");
let version = 1;

class Plain {
  constructor(...words) {
    this.words = words;
  }
}
const uri = (href) => ({ toString: () => href, fsPath: fileURLToPath(href), href });
const document = {
  uri: uri(pathToFileURL(file).href),
  getText: () => text,
  get version() {
    return version;
  },
};
const on = (name) => (tell) => {
  events[name] = tell;
  return { dispose() {} };
};
const provide = (name) => (_, provider) => (providers[name] = provider);
const vscode = {
  Range: class {
    constructor(...at) {
      this.at = at;
    }
  },
  Diagnostic: class {
    constructor({ at }, message, severity) {
      Object.assign(this, { at, message, severity });
    }
  },
  CompletionItem: class {
    constructor(label, kind) {
      Object.assign(this, { label, kind });
    }
  },
  Hover: Plain,
  MarkdownString: Plain,
  Location: Plain,
  WorkspaceEdit: class {
    edits = [];
    replace(where, { at }, newText) {
      this.edits.push([...at, newText]);
    }
  },
  Uri: { parse: uri },
  languages: {
    match: () => 1,
    createDiagnosticCollection: () => ({
      set: (_, found) => seen.waiting?.(found),
      clear() {},
    }),
    registerCompletionItemProvider: provide("completion"),
    registerHoverProvider: provide("hover"),
    registerDefinitionProvider: provide("definition"),
    registerRenameProvider: provide("rename"),
  },
  window: { showErrorMessage: async (said) => seen.failed?.(said) },
  workspace: {
    workspaceFolders: undefined,
    textDocuments: [document],
    getConfiguration: () => ({ get: () => command }),
    onDidOpenTextDocument: on("open"),
    onDidChangeTextDocument: on("change"),
    onDidSaveTextDocument: on("save"),
    onDidCloseTextDocument: on("close"),
  },
};
const load = Module._load;
Module._load = (name, ...more) => (name === "vscode" ? vscode : load(name, ...more));

const told = () => new Promise((resolve) => (seen.waiting = resolve));
const at = (words, inside) => {
  const before = text.slice(0, text.indexOf(words) + inside).split("\n");
  return { line: before.length - 1, character: before.at(-1).length };
};
const write = (from, to) => {
  text = text.replace(from, () => to);
  version++;
  events.change({ document });
  return told();
};

async function main() {
  const { activate, deactivate } = require(extension);
  const failed = new Promise((resolve) => (seen.failed = resolve));
  const first = told();
  activate({ subscriptions: [] });
  const said = await Promise.race([first, failed]);
  const found = { first: said };
  if (typeof said !== "string") {
    found.fault = await write("编外人员经费: 30.98", "编外人员经费: 3O.98");
    await write("3O.98", "30.98");
    await write("人员总数: =人员.在职人员 + 人员.编外人员", "人员总数: =人员.在");
    const offered = at("人员总数: =人员.在", 11);
    found.offered = await providers.completion.provideCompletionItems(document, offered);
    const figure = at("=人员.编制数", 3);
    found.hover = await providers.hover.provideHover(document, figure);
    found.definition = await providers.definition.provideDefinition(document, figure);
    const rename = (words, inside, name) =>
      providers.rename.provideRenameEdits(document, at(words, inside), name);
    found.renamed = await rename("  热线办: 2", 3, "热线班");
    found.refused = await rename("编制数", 1, "编制").catch((error) => error.message);
  }
  deactivate();
  console.log(JSON.stringify(found));
}

main();
