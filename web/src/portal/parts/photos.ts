/** Photos of a report that was not sent yet: made smaller, kept in IndexedDB, so that neither a dead line nor a closed browser loses them. */
const DATABASE = 'citybrain-portal'
const STORE = 'photos'
const MOST_SIDE = 1920
const memory = new Map<string, Blob>()

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(DATABASE, 1)
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE)
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error)
  })
}

async function run<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open()
  try {
    return await new Promise<T>((resolve, reject) => {
      const asked = act(database.transaction(STORE, mode).objectStore(STORE))
      asked.onsuccess = () => resolve(asked.result)
      asked.onerror = () => reject(asked.error)
    })
  } finally {
    database.close()
  }
}

export async function keepPhoto(id: string, photo: Blob): Promise<void> {
  memory.set(id, photo)
  await run('readwrite', (store) => store.put(photo, id)).catch(() => undefined)
}

export async function photoOf(id: string): Promise<Blob | null> {
  return memory.get(id) ?? (await run<Blob | undefined>('readonly', (store) => store.get(id)).catch(() => undefined)) ?? null
}

export async function dropPhotos(ids: string[]): Promise<void> {
  for (const id of ids) {
    memory.delete(id)
    await run('readwrite', (store) => store.delete(id)).catch(() => undefined)
  }
}

/** Whether the browser can show it, also one that cannot draw it smaller. */
async function isPicture(file: Blob): Promise<boolean> {
  const image = new Image()
  image.src = URL.createObjectURL(file)
  const isShown = await image.decode().then(() => true, () => false)
  URL.revokeObjectURL(image.src)
  return isShown
}

/** A photo as it is sent: upright, at most 1920 pixels a side; null for what is no picture. */
export async function smaller(file: Blob): Promise<Blob | null> {
  try {
    const image = await createImageBitmap(file, { imageOrientation: 'from-image' })
    const scale = Math.min(1, MOST_SIDE / Math.max(image.width, image.height))
    const canvas = document.createElement('canvas')
    canvas.width = Math.round(image.width * scale)
    canvas.height = Math.round(image.height * scale)
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
    image.close()
    const drawn = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.85))
    return drawn && drawn.size < file.size ? drawn : file
  } catch {
    return (await isPicture(file)) ? file : null
  }
}
