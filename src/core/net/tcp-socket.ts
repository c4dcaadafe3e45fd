import { connect, type Socket } from 'node:net'

/** A connected socket; rejects with the system's error when nobody listens there. Later errors are told to whoever reads or writes. */
export function openSocket(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      // Without a listener an error between two reads or writes would end the thread.
      socket.on('error', () => undefined)
      resolve(socket)
    })
  })
}
