import { openSocket } from './tcp-socket.js'

/** Text that comes over a TCP connection, piece by piece; back pressure is the reader's not asking for more. */
export interface TcpConnection {
  /** Ends when the other side closes; throws when the connection breaks. */
  readonly chunks: AsyncIterable<Uint8Array>
  close(): void
}

/** Rejects with the system's error when nobody listens there. */
export async function openTcpConnection(host: string, port: number): Promise<TcpConnection> {
  const socket = await openSocket(host, port)
  return {
    chunks: socket,
    close: () => {
      socket.destroy()
    },
  }
}
