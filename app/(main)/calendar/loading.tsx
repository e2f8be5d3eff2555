import { PanelsSkeleton } from "../../../components/base/skeletons.tsx";

export default function Loading() {
  return <PanelsSkeleton />;
}
