package editor

// routes are all of the editors', a line for each noun. Routes, their roles and their places in the
// navigation are declared at the head of the noun's own file.
func (d *door) routes() {
	d.todayRoutes()
	d.progressRoutes()
	d.recipientRoutes()
	d.correctionRoutes()
	d.postRoutes()
	d.editionRoutes()
	d.scheduleRoutes()
	d.feedRoutes()
	d.topicRoutes()
	d.subscriberRoutes()
	d.importRoutes()
	d.suppressionRoutes()
	d.listRoutes()
}
