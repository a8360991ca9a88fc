// The shape JupyterLab loads a prebuilt extension in, written by hand: it needs no build.
(window._JUPYTERLAB ??= {})["govnb-start"] = {
  init() {},
  get: async () => () => ({
    __esModule: true,
    default: {
      id: "govnb-start:plugin",
      autoStart: true,
      activate: (app) => {
        // jupyterlab-lsp puts what is chosen in the place of a token, and in YAML that is a whole
        // paragraph: here it is what has been typed of a name.
        const read = (editor) => {
          const whole = Object.getPrototypeOf(editor).getTokenAt;
          editor.getTokenAt = (offset) => {
            // What is under the pointer, and not where one types, stays as it is.
            if (offset !== editor.getOffsetAt(editor.getCursorPosition()))
              return whole.call(editor, offset);
            const typed = editor.model.sharedModel.getSource().slice(0, offset);
            const [value] = /[\p{L}\p{N}_（）“”、.]*$/u.exec(typed);
            return { value, offset: offset - value.length, type: "name" };
          };
        };
        const run = async () => {
          const panel = app.shell.currentWidget;
          if (/\.ya?ml$/.test(panel?.context?.path) && panel.content.editor)
            read(panel.content.editor);
          const context = panel?.context;
          if (panel?.started || context?.path !== "notebooks/start.ipynb") return;
          panel.started = true;
          await context.sessionContext?.ready;
          app.commands.execute("notebook:run-all-cells");
        };
        app.restored.then(run);
        app.shell.currentChanged?.connect(run);
      },
    },
  }),
};
