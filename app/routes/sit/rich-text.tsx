import "katex/dist/katex.min.css";
import { createContext, useContext, useEffect, useState } from "react";
import type { Content } from "~/domains/exams/content/content.server.ts";

/** Where an image comes from: an address that the browser may ask by itself, or its bytes, which take a while. */
export type ImageSource = (id: string) => string | Promise<string>;

export const staffImage: ImageSource = (id) => `/exams/images/${id}`;

const Images = createContext<ImageSource>(staffImage);
export const ImagesFrom = Images.Provider;

function Image({ id, alt }: { id: string; alt: string }) {
  const from = useContext(Images);
  const at = from(id);
  const [loaded, setLoaded] = useState<string | null>(typeof at === "string" ? at : null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let gone = false;
    Promise.resolve(from(id)).then(
      (src) => !gone && setLoaded(src),
      () => !gone && setFailed(true),
    );
    return () => void (gone = true);
  }, [from, id]);
  if (failed) return <span className="text-muted">[The image can’t be shown: {alt}]</span>;
  if (!loaded) return <span className="text-muted">[{alt}]</span>;
  return <img src={loaded} alt={alt} className="my-1 block h-auto max-h-[480px] max-w-full" />;
}

/** A text of a question: words as they were typed, formulas as KaTeX set them on the server, images by their id. */
export function RichText({ content }: { content: Content }) {
  return (
    <>
      {content.map((part, at) => {
        if (part.kind === "text") return <span key={at}>{part.text}</span>;
        if (part.kind === "image") return <Image key={part.id} id={part.id} alt={part.alt} />;
        if (part.html === null) return <code key={at}>{part.tex}</code>;
        const html = { __html: part.html };
        return part.display ? (
          <span key={at} tabIndex={0} className="block overflow-x-auto overflow-y-hidden" dangerouslySetInnerHTML={html} />
        ) : (
          <span key={at} dangerouslySetInnerHTML={html} />
        );
      })}
    </>
  );
}
