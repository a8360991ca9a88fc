// VS Code's side of `govnb lsp`: what the protocol says, told to the editor's own API.
// It needs no package and no build: the folder is the extension.
"use strict";

const { spawn } = require("child_process");
const { join } = require("path");
const vscode = require("vscode");

const FILES = { language: "yaml", scheme: "file" };
const own = (document) => vscode.languages.match(FILES, document) > 0;

// ---- The protocol: messages of JSON behind their length, over the program's streams.

class Server {
  constructor(command, cwd, heard, ended) {
    Object.assign(this, { heard, asked: new Map(), last: 0, read: Buffer.alloc(0), said: "" });
    const env = { ...process.env, PYTHONUTF8: "1" };
    this.process = spawn(command, ["lsp"], { cwd, env });
    this.process.stdout.on("data", (data) => this.receive(data));
    this.process.stderr.on("data", (data) => (this.said = (this.said + data).slice(-2000)));
    this.process.stdin.on("error", () => {});
    const end = (why) => {
      for (const { reject } of this.asked.values()) reject(new Error("govnb lsp 停了"));
      this.asked.clear();
      if (!this.closing) ended(why);
      this.closing = true;
    };
    this.process.on("error", (error) => end(error.code === "ENOENT" ? "" : String(error)));
    this.process.on("exit", (code) => end(this.said.trim() || `退出码 ${code}`));
  }

  send(message) {
    const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
    this.process.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.process.stdin.write(body);
  }

  tell(method, params) {
    this.send({ method, params });
  }

  ask(method, params) {
    const id = ++this.last;
    this.send({ id, method, params });
    return new Promise((resolve, reject) => this.asked.set(id, { resolve, reject }));
  }

  receive(data) {
    this.read = Buffer.concat([this.read, data]);
    for (;;) {
      const head = this.read.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.read.subarray(0, head))[1]);
      if (this.read.length < head + 4 + length) return;
      const message = JSON.parse(this.read.subarray(head + 4, head + 4 + length));
      this.read = this.read.subarray(head + 4 + length);
      const { resolve, reject } = this.asked.get(message.id) ?? {};
      if (message.method && message.id !== undefined) this.send({ id: message.id, result: null });
      else if (message.method) this.heard(message.method, message.params);
      else if (message.error) reject?.(new Error(message.error.message));
      else resolve?.(message.result);
      if (!message.method) this.asked.delete(message.id);
    }
  }

  close() {
    this.closing = true;
    this.ask("shutdown").then(() => this.tell("exit")).catch(() => {});
    setTimeout(() => this.process.kill(), 2000).unref();
  }
}

// ---- The editor's side.

const named = (document) => ({ uri: document.uri.toString() });
const at = (document, { line, character }) => ({
  textDocument: named(document),
  position: { line, character },
});
const range = ({ start, end }) =>
  new vscode.Range(start.line, start.character, end.line, end.character);

let server;

function start(diagnostics) {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const venv = process.platform === "win32" ? ["Scripts", "govnb.exe"] : ["bin", "govnb"];
  const command =
    vscode.workspace.getConfiguration("govnb").get("command") ||
    (folder ? join(folder, ".venv", ...venv) : "govnb");
  const told = (method, { uri, diagnostics: found }) => {
    if (method !== "textDocument/publishDiagnostics") return;
    const shown = found.map((d) => new vscode.Diagnostic(range(d.range), d.message, d.severity - 1));
    for (const one of shown) one.source = "govnb";
    diagnostics.set(vscode.Uri.parse(uri), shown);
  };
  const ended = async (why) => {
    diagnostics.clear();
    const missing = `找不到 ${command}：请先在这个文件夹里运行 make setup，或在设置 govnb.command 里写明 govnb 的位置。`;
    const again = "重新启动";
    const text = why ? `govnb lsp 停了：${why}` : missing;
    if ((await vscode.window.showErrorMessage(text, again)) === again) start(diagnostics);
  };
  const started = new Server(command, folder, told, ended);
  server = started;
  started
    .ask("initialize", { processId: process.pid, rootUri: null, capabilities: {} })
    .then(() => {
      started.tell("initialized", {});
      vscode.workspace.textDocuments.filter(own).forEach(open);
    })
    .catch(() => {});
}

function open(document) {
  server.tell("textDocument/didOpen", {
    textDocument: {
      ...named(document),
      languageId: "yaml",
      version: document.version,
      text: document.getText(),
    },
  });
}

async function complete(document, position) {
  const { items } = await server.ask("textDocument/completion", at(document, position));
  return items.map(({ label, detail, kind, filterText, textEdit }) => {
    const item = new vscode.CompletionItem(label, kind - 1);
    return Object.assign(item, {
      detail,
      filterText,
      insertText: textEdit.newText,
      range: range(textEdit.range),
    });
  });
}

async function hover(document, position) {
  const found = await server.ask("textDocument/hover", at(document, position));
  return found && new vscode.Hover(new vscode.MarkdownString(found.contents.value));
}

async function define(document, position) {
  const found = await server.ask("textDocument/definition", at(document, position));
  return found && new vscode.Location(vscode.Uri.parse(found.uri), range(found.range));
}

async function rename(document, position, newName) {
  const asked = { ...at(document, position), newName };
  const { changes } = await server.ask("textDocument/rename", asked);
  const edit = new vscode.WorkspaceEdit();
  for (const [uri, edits] of Object.entries(changes))
    for (const one of edits) edit.replace(vscode.Uri.parse(uri), range(one.range), one.newText);
  return edit;
}

exports.activate = ({ subscriptions }) => {
  const diagnostics = vscode.languages.createDiagnosticCollection("govnb");
  const { workspace, languages } = vscode;
  start(diagnostics);
  const on = (event, tell) => event((e) => own(e.document ?? e) && tell(e.document ?? e, e));
  subscriptions.push(
    diagnostics,
    on(workspace.onDidOpenTextDocument, open),
    on(workspace.onDidChangeTextDocument, (document) =>
      server.tell("textDocument/didChange", {
        textDocument: { ...named(document), version: document.version },
        contentChanges: [{ text: document.getText() }],
      }),
    ),
    on(workspace.onDidSaveTextDocument, (document) =>
      server.tell("textDocument/didSave", { textDocument: named(document) }),
    ),
    on(workspace.onDidCloseTextDocument, (document) =>
      server.tell("textDocument/didClose", { textDocument: named(document) }),
    ),
    languages.registerCompletionItemProvider(
      FILES,
      { provideCompletionItems: complete },
      ..."{=. ",
    ),
    languages.registerHoverProvider(FILES, { provideHover: hover }),
    languages.registerDefinitionProvider(FILES, { provideDefinition: define }),
    languages.registerRenameProvider(FILES, { provideRenameEdits: rename }),
  );
};

exports.deactivate = () => server?.close();
