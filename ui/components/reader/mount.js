// Draws the reader, at once or as soon as its code has arrived.

export default function (given) {
  return readerCode.draw ? readerCode.draw(given) : readerCode.arrived.then(() => readerCode.draw(given));
}
