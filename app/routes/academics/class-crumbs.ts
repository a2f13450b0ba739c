type Shown = { class: { id: string; name: string } };

/** Classes, the class, and the page of it. */
export const classCrumbs = (label: string) => ({
  crumbs: (data: Shown | undefined) => [
    { label: "Classes", to: "/academics/classes" },
    { label: data?.class.name ?? "", to: `/academics/classes/${data?.class.id ?? ""}` },
    { label },
  ],
});
