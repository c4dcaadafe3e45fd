import { connect } from 'node:net'

/** Text that comes over a TCP connection, piece by piece; back pressure is the reader's not asking for more. */
export interface TcpConnection {
  /** Ends when the other side closes; throws when the connection breaks. */
  readonly chunks: AsyncIterable<Uint8Array>
  close(): void
}

/** Rejects with the system's error when nobody listens there. */
export function openTcpConnection(host: string, port: number): Promise<TcpConnection> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      // Without a listener an error between two reads would end the thread; the iterator reports it all the same.
      socket.on('error', () => undefined)
      resolve({
        chunks: socket,
        close: () => {
          socket.destroy()
        },
      })
    })
  })
}
