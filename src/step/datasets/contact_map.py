"""Hi-C contact maps."""

import cooler
from kedro.io import AbstractDataset

from step.datasets.whole_file import LocalFile, whole_file
from step.errors import InputError
from step.genome.contacts import ContactMap


class ContactMapDataset(LocalFile, AbstractDataset[ContactMap, cooler.Cooler]):
    """A `.cool` file, loaded as an open `cooler.Cooler` whose pixels are read when asked for.

    ```yaml
    hic_contacts:
      type: step.datasets.ContactMapDataset
      filepath: data/01_raw/demo/contacts.cool
    ```
    """

    def load(self) -> cooler.Cooler:
        """Open the map.

        Raises:
            InputError: The file is no cooler.
        """
        if not self._exists():
            raise FileNotFoundError(self._filepath)
        try:
            return cooler.Cooler(str(self._filepath))
        except Exception as error:
            raise InputError(
                f"{self._filepath} is not a .cool contact map ({error}). Convert the map with "
                "`cooler load` or `hicConvertFormat`, or name the right file."
            ) from error

    def save(self, data: ContactMap) -> None:
        """Write and balance the map."""
        with whole_file(self._filepath) as beside:
            cooler.create_cooler(
                str(beside),
                data.bins,
                data.pixels,
                dtypes={"count": data.pixels["count"].dtype},
                assembly=data.assembly,
                ordered=True,
            )
            cooler.balance_cooler(cooler.Cooler(str(beside)), store=True)
