// Search in pages that are opened from the disk, where a browser starts no worker: a hidden frame
// takes its place. The plugin `offline` of MkDocs Material would load such a script from a CDN.
class FrameWorker extends EventTarget {
  constructor(address) {
    super();
    const frame = document.createElement("iframe");
    frame.hidden = true;
    frame.srcdoc =
      "<script>postMessage = data => parent.postMessage(data, '*');" +
      "importScripts = () => Promise.resolve();</script>" +
      `<script src="${address}"></script>`;
    this.started = new Promise(resolve => { frame.onload = () => resolve(frame.contentWindow); });
    addEventListener("message", event => {
      if (event.source === frame.contentWindow)
        this.dispatchEvent(new MessageEvent("message", { data: event.data }));
    });
    document.body.append(frame);
  }

  postMessage(data) {
    this.started.then(inside =>
      inside.dispatchEvent(new inside.MessageEvent("message", { data })));
  }
}

if (location.protocol === "file:") window.Worker = window.IFrameWorker = FrameWorker;
