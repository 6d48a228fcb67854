"""Pictures in GridFS. Files are named `<name>/<size>`; a name is of one content of one business, so files never change.

GridFS knows no transactions: files are written before the entity names them, and deleted after it does not any more.
What a crash leaves in between has no owner and is swept away later.
"""

from collections.abc import Mapping
from datetime import datetime

from gridfs import GridFSBucket, NoFile

from services.directory.store.collection import Document, Stored

FILES, CHUNKS = "pictures.files", "pictures.chunks"


class Pictures(Stored):
    """Reading and writing files; never inside a transaction."""

    def put(self, name: str, entity_id: str, sizes: Mapping[int, bytes]) -> None:
        """Write a picture. One that is there already counts as new, so that no sweep takes it."""
        bucket = self._bucket()
        for size, content in sizes.items():
            bucket.upload_from_stream(f"{name}/{size}", content, metadata={"entity_id": entity_id, "name": name})

    def get(self, name: str, size: int) -> bytes | None:
        """One size of a picture."""
        try:
            with self._bucket().open_download_stream_by_name(f"{name}/{size}") as stream:
                return bytes(stream.read())
        except NoFile:
            return None

    def delete(self, name: str, before: datetime) -> None:
        """Delete the files of a picture that are older than that; no matter if there are none."""
        self._delete({"metadata.name": name, "uploadDate": {"$lt": before}})

    def sweep(self, before: datetime) -> int:
        """Delete files older than that whose entity does not name them; how many."""
        old = {"uploadDate": {"$lt": before}}
        swept = 0
        for found in self._collection(FILES).find(old, {"metadata": True}):
            owner = {"_id": found["metadata"]["entity_id"], "picture": found["metadata"]["name"]}
            if self._collection("entities").find_one(owner, {"_id": True}) is None:
                swept += self._delete({"_id": found["_id"]})
        return swept

    def about(self, subject: str) -> list[Document]:
        """Which files there are, without their content."""
        shown = {"_id": False, "filename": True, "length": True, "uploadDate": True}
        return list(self._collection(FILES).find(_of(subject), shown, session=self._session))

    def forget(self, subject: str) -> None:
        """Delete the files; in a transaction with the rest, as plain documents."""
        found = [each["_id"] for each in self._collection(FILES).find(_of(subject), session=self._session)]
        if found:
            self._collection(CHUNKS).delete_many({"files_id": {"$in": found}}, session=self._session)
            self._collection(FILES).delete_many({"_id": {"$in": found}}, session=self._session)

    def _bucket(self) -> GridFSBucket:
        return GridFSBucket(self._database, bucket_name="pictures")

    def _delete(self, wanted: Document) -> int:
        found = [each["_id"] for each in self._collection(FILES).find(wanted, {"_id": True})]
        for file_id in found:
            try:
                self._bucket().delete(file_id)
            except NoFile:
                continue  # somebody else deletes it too
        return len(found)


def _of(subject: str) -> Document:
    kind, _, name = subject.partition("/")
    return {"metadata.entity_id": name if kind == "entity" else None}
