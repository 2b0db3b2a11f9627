// Where the code of the reader waits for the reader, or the reader for its code, whichever arrives first.

const readerCode = (globalThis.winnowReaderCode ??= (() => {
  const code = { draw: null };
  code.arrived = new Promise((arrive) => { code.arrive = arrive; });
  return code;
})());
