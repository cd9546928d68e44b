import { randomBytes } from "node:crypto";
import { brotliCompressSync, deflateRawSync } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import { readLogText } from "../../../src/logs/inflate/read-log-text.ts";
import { defaultLogLimits } from "../../../src/logs/parse/log-parser.ts";
import { seededRandom } from "../parse/hostile-lines.ts";

/** Returns the text of a log that is not compressed, or the reason why it is refused. */
async function readAsIs(body: Buffer, pieceBytes = 1000): Promise<Buffer | string> {
  const chunks: Buffer[] = [];
  const bytes = (async function* () {
    for (let at = 0; at < body.length; at += pieceBytes) yield body.subarray(at, at + pieceBytes);
  })();
  const fault = await readLogText({ contentEncoding: "", bytes }, defaultLogLimits, (chunk) => {
    chunks.push(Buffer.from(chunk));
    return true;
  });
  return fault?.reason ?? Buffer.concat(chunks);
}

const latin1 = (bytes: string): Buffer => Buffer.from(bytes, "latin1");
const line = "fatal error: boom\n";

/** Encodes a text in an encoding that Node can only decode. The table is built by decoding every byte and pair of bytes. */
function encode(text: string, encoding: string): Buffer {
  const decoder = new TextDecoder(encoding);
  const bytesOf = new Map<string, number[]>();
  const learn = (bytes: number[]): void => {
    const character = decoder.decode(Uint8Array.from(bytes));
    if ([...character].length === 1 && !bytesOf.has(character)) bytesOf.set(character, bytes);
  };
  for (let byte = 0; byte < 256; byte++) learn([byte]);
  for (let lead = 0x80; lead < 256; lead++) {
    for (let trail = 0x30; trail < 256; trail++) learn([lead, trail]);
  }
  return Buffer.from(
    [...text].flatMap((character) => {
      const bytes = bytesOf.get(character);
      if (bytes === undefined) throw new Error(`${character} is not in ${encoding}`);
      return bytes;
    }),
  );
}

describe("text is not changed", () => {
  const russian = "Ошибка при открытии файла: нет доступа\n";
  const japanese = "エラー: ファイルが見つかりません。処理を中止します\n";
  const chinese = "错误：找不到文件，处理中止\n";
  const german = "Größe überschritten: Öffnen der Straße schlägt fehl\n";
  const hole = Buffer.alloc(20_000);

  it.each<[string, Buffer]>([
    ["Latin-1", encode(german.repeat(100), "windows-1252")],
    ["a little Latin-1", encode("Größe\n", "windows-1252")],
    ["Latin-1 with bell and colours", encode(`\x1b[31mÖ\x1b[0m\x07${german}`.repeat(50), "windows-1252")],
    ["Cyrillic in KOI8-R", encode(russian.repeat(100), "koi8-r")],
    ["Cyrillic in Windows-1251", encode(russian.repeat(100), "windows-1251")],
    ["Cyrillic in a DOS code page", encode(russian.repeat(100), "ibm866")],
    ["Japanese in Shift-JIS", encode(japanese.repeat(100), "shift_jis")],
    ["Japanese in EUC", encode(japanese.repeat(100), "euc-jp")],
    ["Japanese in ISO-2022", latin1("\x1b$B%(%i!<\x1b(B: x\n".repeat(100))],
    ["Chinese in GB 18030", encode(chinese.repeat(100), "gb18030")],
    ["Chinese in Big5", encode("錯誤：找不到檔案\n".repeat(100), "big5")],
    ["Chinese in UTF-8", Buffer.from(chinese.repeat(100))],
    ["emoji", Buffer.from("🎉🔥\n".repeat(500))],
    ["characters that were replaced before", Buffer.from("\ufffd\ufffd\ufffd x\n".repeat(500))],
    ["a progress bar", latin1(`${"\r[####    ] 50 %".repeat(500)}\n`)],
    ["a progress bar of backspaces", latin1(`${"\b\b\b\b 42%".repeat(500)}\n`)],
    ["terminal control", latin1("\x1b[2K\x1b[1;32mok\x1b(B\x1b[m\x0f\n".repeat(200))],
    ["one separator, very often", latin1("8=FIX.4.4\x019=1\x0135=A\x01".repeat(200))],
    ["separators of records, at the start", latin1("\x1e\x1fa\x1fb\x1c\x1d".repeat(200))],
    ["a separator in Windows-1251", encode(russian.replaceAll(" ", "\x01").repeat(50), "windows-1251")],
    ["IRC colours", latin1("\x02\x0304bold\x03\x02 \x1funder\x1f\n".repeat(200))],
    [
      "frames of container logs",
      latin1(`\x01\0\0\0\0\0\0${String.fromCharCode(line.length)}${line}`.repeat(99)),
    ],
    ["a separator after spaces, like brotli data", latin1(`  \x1c\nbuilder: x\n${line.repeat(40)}`)],
    [
      "a Latin-1 space and a separator, like brotli data",
      latin1(`\r\n\xa0\n\n${line.repeat(5)}\x1f${line.repeat(40)}`),
    ],
    ["an end-of-file mark of DOS", latin1(`${line}\x1a`)],
    ["text separated by NULs", latin1("PATH=/bin\0HOME=/root\0".repeat(200))],
    ["NULs and nothing else", hole],
    ["a sparse hole at the start", Buffer.concat([hole, latin1(line)])],
    ["a sparse hole in the middle", Buffer.concat([latin1(line), hole, latin1(line)])],
    [
      "very many sparse holes",
      Buffer.concat(Array.from({ length: 40 }, () => [latin1(line), Buffer.alloc(50)]).flat()),
    ],
    ["a binary tail", Buffer.concat([latin1(line.repeat(2)), randomBytes(20_000)])],
    ["a binary tail in UTF-8", Buffer.concat([Buffer.from(japanese), randomBytes(20_000)])],
    [
      "an image that a test prints",
      Buffer.concat([latin1(line.repeat(3)), latin1("\x89PNG\r\n\x1a\n"), randomBytes(9000)]),
    ],
    ["a date that an archive may begin with", latin1("070701 12:00:01 [Note] started\n")],
    ["words that files begin with", latin1("BM\n")],
    ["one byte", latin1("x")],
    ["one byte that is not ASCII", latin1("\xe9")],
  ])("%s", async (_case, body) => {
    for (const pieceBytes of [7, 100_000]) {
      const read = await readAsIs(body, pieceBytes);
      expect(read).toEqual(body);
    }
  });
});

describe("data without a signature is not text", () => {
  it("if it is random, at any length", async () => {
    // The same bodies each time, because one in several thousand bodies of 200 bytes does look like text.
    const random = seededRandom(20_260_105);
    for (const bytes of [200, 500, 1000, 4096, 50_000]) {
      for (let nth = 0; nth < 20; nth++) {
        // Without this start, one body in 33,000 has the byte order mark of UTF-16, and is text.
        const rest = Uint8Array.from({ length: bytes }, () => Math.floor(random() * 256));
        const body = Buffer.concat([Buffer.from([0x8a]), rest]);
        expect(await readAsIs(body)).toMatch(/not-text|^corrupt|^foreign/);
      }
    }
  });

  it.each<[string, (text: string) => Buffer]>([
    ["brotli", (text) => brotliCompressSync(text)],
    ["raw deflate data", (text) => deflateRawSync(text)],
  ])("%s of any log", async (_case, compress) => {
    for (let lines = 4; lines < 2000; lines *= 2) {
      const log = Array.from(
        { length: lines },
        (_, nth) => `10:00:${nth} INFO - test ${nth ** 3} | ${line}`,
      ).join("");
      expect([lines, await readAsIs(compress(log))]).toEqual([
        lines,
        expect.stringMatching(/not-text|foreign/),
      ]);
    }
  });
});
