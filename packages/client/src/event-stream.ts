/** One message of a server-sent event stream. */
export interface ServerSentEvent {
  /** Empty when the message carries none. */
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/**
 * Parses a server-sent event stream from its chunks. A message that the end of the stream cuts off is dropped, as the format
 * asks: the reader resumes after the last complete one.
 */
export async function* parseEventStream(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  let fields = { id: '', event: 'message', data: [] as string[] };
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    // A carriage return at the end may be half of a line break that the next chunk completes.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line !== '') {
        readField(line, fields);
        continue;
      }
      if (fields.data.length > 0) yield { id: fields.id, event: fields.event, data: fields.data.join('\n') };
      fields = { id: '', event: 'message', data: [] };
    }
  }
}

function readField(line: string, fields: { id: string; event: string; data: string[] }): void {
  const colon = line.indexOf(':');
  if (colon === 0) return; // A comment, sent to keep the connection open.
  const name = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
  if (name === 'data') fields.data.push(value);
  else if (name === 'event') fields.event = value;
  else if (name === 'id') fields.id = value;
}
