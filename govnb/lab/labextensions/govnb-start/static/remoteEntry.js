// The shape JupyterLab loads a prebuilt extension in, written by hand: it needs no build.
(window._JUPYTERLAB ??= {})["govnb-start"] = {
  init() {},
  get: async () => () => ({
    __esModule: true,
    default: {
      id: "govnb-start:plugin",
      autoStart: true,
      activate: (app) => {
        const run = async () => {
          const panel = app.shell.currentWidget;
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
