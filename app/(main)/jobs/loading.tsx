import { ListSkeleton } from "../../../components/base/skeletons.tsx";

export default function Loading() {
  return <ListSkeleton />;
}
