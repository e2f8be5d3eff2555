import { redirect } from "next/navigation";

/** The list of jobs is the home page. */
export default function HomePage(): never {
  redirect("/jobs");
}
